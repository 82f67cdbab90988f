// The visitor's page with a script: the same forms and the same addresses as without one,
// kept in one history entry, with answers as they come. Nothing is stored in the browser.

const [TRIES, WARN_AT, ESC_TWICE_MS] = [6, 200, 1500];

const find = (selector, from = document) => from.querySelector(selector);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
let source = null;

// --- leaving

function leave() {
  document.body.replaceChildren();
  source?.close();
  location.replace("/leave");
}

let lastEscape = -Infinity;
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (event.timeStamp - lastEscape < ESC_TWICE_MS) leave();
  lastEscape = event.timeStamp;
});

// A page that comes back out of the browser's memory may belong to somebody who has left.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.body.replaceChildren();
  location.reload();
});

// --- moving about in one history entry

function go(address) {
  const url = new URL(address, location.href);
  const here = url.pathname === location.pathname && url.search === location.search;
  if (!here) return location.replace(url);
  history.replaceState(null, "", url);
  return location.reload();
}

addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  if (link.origin !== location.origin) return;
  event.preventDefault();
  if (link.hasAttribute("data-exit")) leave();
  else go(link.href);
});

function render(html) {
  source?.close();
  const page = new DOMParser().parseFromString(html, "text/html");
  document.documentElement.lang = page.documentElement.lang;
  document.body.replaceWith(document.adoptNode(page.body));
  scrollTo(0, 0);
  start();
  find("[aria-invalid]")?.focus();
}

async function swap(form) {
  let answer;
  try {
    const body = new URLSearchParams(new FormData(form));
    answer = await fetch(form.action, { method: "POST", body });
  } catch {
    form.submit(); // the browser's own page says best that there is no connection
    return;
  }
  if (answer.redirected) go(answer.url);
  else render(await answer.text());
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-swap")) return;
  event.preventDefault();
  const draft = find("#words");
  if (draft && form.elements.words) form.elements.words.value = draft.value;
  swap(form);
});

// --- writing

// Not randomUUID: that one is missing where the page comes without https.
const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

// One try. Null where nobody can say whether it was stored: then the same key tries again.
async function post(form, message) {
  const fields = { key: message.key, lang: form.elements.lang.value };
  if (message.mood) fields.mood = message.mood;
  else fields.words = message.words;
  try {
    const [headers, body] = [{ Accept: "application/json" }, new URLSearchParams(fields)];
    const answer = await fetch(form.action, { method: "POST", headers, body });
    if (answer.status >= 500) return null;
    return { status: answer.status, data: await answer.json() };
  } catch {
    return null;
  }
}

async function postUntilKnown(form, message, say) {
  say(form.dataset.sending);
  for (let tried = 1; ; tried += 1) {
    const answer = await post(form, message);
    if (answer || tried === TRIES) return answer;
    say(form.dataset.trying);
    await sleep(Math.min(500 * 2 ** (tried - 1), 8000));
  }
}

// The first page has no room yet: its key came with it and opens one.
async function enter(draft) {
  const front = "/" + location.search;
  try {
    const answer = await fetch(front);
    history.replaceState(null, "", front);
    render(await answer.text());
    find("#words").value = draft;
  } catch {
    go(front);
  }
}

function composer(form) {
  const box = form.elements.words;
  const [button, state] = [find(".send", form), find("#state", form)];
  const [limit, error] = [find("#limit", form), find("#error", form)];
  const limitWords = limit.textContent;
  const inRoom = Boolean(find("#lines"));
  let [message, busy] = [null, false];

  const say = (text) => { state.textContent = text; };
  const refuse = (text) => {
    error.textContent = text;
    error.hidden = !text;
    box.toggleAttribute("aria-invalid", Boolean(text));
  };
  const count = () => {
    const left = Number(form.dataset.limit) - Array.from(box.value.trim()).length;
    if (left > WARN_AT) limit.textContent = limitWords;
    else if (left >= 0) limit.textContent = form.dataset.left.replace("{count}", left);
    else limit.textContent = form.dataset.over.replace("{count}", -left);
  };
  const offerAgain = () => {
    const again = document.createElement("button");
    if (message.mood) Object.assign(again, { name: "mood", value: message.mood });
    again.textContent = form.dataset.again;
    say(form.dataset.failed + " ");
    state.append(again);
  };
  const takeOut = (words) => {
    if (box.value.startsWith(words)) box.value = box.value.slice(words.length).trimStart();
    count();
  };

  // Words and key stay together: the same words again are the same message.
  async function send(mood) {
    const words = box.value;
    const same = message && message.mood === mood && (mood || message.words === words);
    if (!same) message = { words, mood, key: inRoom ? newKey() : form.elements.key.value };
    refuse("");
    const answer = await postUntilKnown(form, message, say);
    if (!answer) offerAgain();
    else if (answer.status === 200) await stored(message);
    else await refused(answer);
    if (answer) message = null;
  }

  async function stored(sent) {
    if (!sent.mood) takeOut(sent.words);
    say(form.dataset.arrived);
    if (!inRoom || source?.readyState === EventSource.CLOSED) await enter(box.value);
    else showLast();
  }

  async function refused({ status, data }) {
    say("");
    if (data.key) form.elements.key.value = data.key;
    if (status === 401 || status === 410) await swap(form);
    else refuse(data.error);
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    await send(event.submitter?.name === "mood" ? event.submitter.value : null);
    button.removeAttribute("aria-disabled");
    busy = false;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
  box.addEventListener("input", () => {
    count();
    if (!busy && !message) say("");
  });
  count();
}

// --- hearing

const atEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 96;
// The end of the talk; a safety card is read from its beginning.
function showLast() {
  const last = find("#lines")?.lastElementChild;
  if (last?.classList.contains("card")) last.scrollIntoView();
  else scrollTo(0, document.documentElement.scrollHeight);
}

function lineFrom(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return find("[data-seq]", holder.content);
}

// Puts a line where its number belongs; false where the page has it already.
function insert(list, line) {
  const seq = Number(line.dataset.seq);
  const lines = Array.from(list.children);
  if (lines.some((other) => Number(other.dataset.seq) === seq)) return false;
  const next = lines.find((other) => Number(other.dataset.seq) > seq);
  list.insertBefore(line, next ?? null);
  return true;
}

async function tellSeen(upto, tried = 1) {
  const options = { method: "POST", body: new URLSearchParams({ upto }) };
  const answer = await fetch("/seen", options).catch(() => null);
  if ((answer && answer.status < 500) || tried === TRIES) return;
  await sleep(2000 * tried);
  await tellSeen(upto, tried + 1);
}

function follow(list) {
  const url = new URL(list.dataset.stream, location.href);
  url.searchParams.set("after", list.dataset.upto);
  const stream = new EventSource(url);
  source = stream;
  stream.addEventListener("line", ({ data }) => {
    const line = lineFrom(data);
    const stay = atEnd();
    if (!line || !insert(list, line)) return;
    list.dataset.upto = line.dataset.seq;
    if (line.dataset.who !== "mine") tellSeen(line.dataset.seq);
    if (stay) showLast();
  });
  stream.addEventListener("line-state", ({ data }) => {
    const line = lineFrom(data);
    if (line) find(`#${line.id}`)?.replaceWith(line);
  });
  stream.addEventListener("standing", ({ data }) => {
    const place = find("#standing");
    const stay = atEnd();
    if (place && place.innerHTML.trim() !== data.trim()) place.innerHTML = data;
    if (stay) showLast();
  });
  stream.addEventListener("elsewhere", () => {
    stream.close();
    const news = find("#news");
    news.textContent = news.dataset.elsewhere;
    news.hidden = false;
  });
  stream.addEventListener("erased", () => { stream.close(); go("/erased" + location.search); });
  stream.addEventListener("gone", () => {
    stream.close();
    if (!find("#words").value.trim()) go("/" + location.search);
  });
  stream.addEventListener("error", () => {
    // A browser gives up for good on an answer such as 503; a restart is no reason to.
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(() => { if (source === stream && list.isConnected) follow(list); }, 3000);
  });
}

// --- a page begins
function start() {
  const form = find("[data-write]");
  const list = find("#lines");
  const copy = find("[data-copy]");
  if (form) composer(form);
  if (list && form) {
    follow(list);
    showLast();
  }
  if (!copy || !navigator.clipboard) return;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy.dataset.copy);
    find("#copied").textContent = copy.dataset.copied;
  });
}

document.documentElement.classList.add("scripted");
start();
