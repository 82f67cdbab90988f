"""The core: what happens between a message that came in and an answer that went out.

Pure: no input or output, no clock, no randomness, no SDK. Everything from outside comes in
through ``bot.core.ports``; everything that can happen is a command in
``bot.core.model.commands`` and leaves events in ``bot.core.model.events``.

Glossary, the words that code, console and documents use alike:

visitor       somebody who writes to us: the person concerned (本人), family (家族) or another
person        the record of one visitor; holds a handle, a data key and addresses, never a name
handle        the gentle pseudonym that the service gives (しずかなツグミ); what staff see
address       where a person can be reached on one channel; stored as tag and sealed copy only
talk          all that was said between one person and the service; one per person, for years
line          one message of a talk as somebody sees it
staff         those who answer or run the service, known by a work name
peer          ピア, a supporter with lived experience
counsellor    専門家
supervisor    スーパーバイザー, decides where life is in danger
admin         運営, runs the service, sees counts and never words
verdict       what triage says about one message: level, kinds, reasons
danger        the gravest level that is still open in a talk; reorders the queue
label         what a supervisor says of a verdict, kept without words and naming nobody
concern       a raised flag: raised, acknowledged by a named person, resolved with a reason
card          the safety card: numbers open now, shown at once, never instead of a human
duty          being there to answer; nobody on duty must look like nobody on duty
standing      what a waiting person is honestly told
passphrase    合言葉, the words with which a person comes back
errand        something that is due: a row with a due time, carried out by the relay
lane          errands that must keep their order (the answers of one talk)
shred         to destroy a person's data key, and with it every word of theirs
"""
