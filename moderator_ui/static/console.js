// The console with JavaScript: what moves by itself, sending without leaving the page, the sound.
// Everything here also works without it, by forms and by loading the page again.

const find = (selector, root = document) => root.querySelector(selector);
const talk = find("[data-talk]");
const lines = find("#lines");
const past = talk?.dataset.past === "yes";
const answerBox = find("#answer-words");
const told = new Map();

// --- what moves by itself ------------------------------------------------------------------

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder;
}

// Puts `html` into `target` unless it stands there already; keeps focus, open folds and choices.
function swap(target, html) {
  if (!target) return;
  const fresh = parsed(html);
  if (parsed(told.get(target) ?? target.innerHTML).innerHTML === fresh.innerHTML) return;
  told.set(target, html);
  const focused = target.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...target.querySelectorAll("details[open] > summary[id]")].map((s) => s.id);
  const chosen = find("input[type=radio]:checked", target)?.id;
  const scrolled = find(".lists, .note-list", target)?.scrollTop ?? 0;
  target.replaceChildren(fresh.content);
  find(".lists, .note-list", target)?.scrollTo(0, scrolled);
  for (const id of open) document.getElementById(id)?.parentElement?.setAttribute("open", "");
  if (chosen && document.getElementById(chosen)) document.getElementById(chosen).checked = true;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function showLine(html, isNew) {
  const line = parsed(html).content.firstElementChild;
  if (!line || !lines || past) return;
  const shown = document.getElementById(line.id);
  if (shown) {
    if (find(".picture[open]", shown)) find(".picture", line)?.setAttribute("open", "");
    const choosing = find(".correct[open]", shown);
    if (choosing) find(".correct", line)?.setAttribute("open", "");
    if (shown.outerHTML === line.outerHTML) return;
    find(".correct[open]", line)?.replaceWith(choosing); // a choice being made is not taken away
    shown.replaceWith(line);
  } else if (isNew) {
    lines.append(line);
  }
}

function showHead(html) {
  swap(find("#talk-head"), html);
  const may = find("[data-may-answer]")?.dataset.mayAnswer === "yes";
  if (may !== Boolean(answerBox) && !written()) location.reload();
}

function lastSeq() {
  return lines?.lastElementChild?.dataset.seq ?? "0";
}

function connect() {
  const wanted = new URLSearchParams();
  if (talk) wanted.set("talk", talk.dataset.talk);
  if (talk) wanted.set("after", lastSeq());
  const source = new EventSource(`/console/stream?${wanted}`);
  const on = (name, then) => source.addEventListener(name, (event) => then(event.data));
  on("desk", (html) => swap(find("#desk"), html));
  on("alarm", (html) => {
    swap(find("#alarms"), html);
    heedAlarms();
  });
  on("talk", showHead);
  on("notes", (html) => swap(find("#notes-list"), html));
  on("line", (html) => showLine(html, true));
  on("line-state", (html) => showLine(html, false));
  on("gone", () => {
    forgetWritten();
    location.reload();
  });
  on("signed-out", () => {
    source.close();
    show("#away");
  });
  source.addEventListener("open", () => find("#offline").setAttribute("hidden", ""));
  source.addEventListener("error", () => {
    show(source.readyState === EventSource.CLOSED ? "#away" : "#offline");
  });
  window.addEventListener("pagehide", () => source.close());
}

function show(selector) {
  if (selector === "#away") find("#offline").setAttribute("hidden", "");
  find(selector).removeAttribute("hidden");
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// --- the alarm -----------------------------------------------------------------------------

const sound = find("#sound");
const bell = sound ? new Audio(sound.dataset.src) : null;
const plainTitle = document.title;

function remembered(name) {
  return sessionStorage.getItem(name) ?? "";
}

function heedAlarms() {
  const raised = [...document.querySelectorAll('#alarms [data-state="raised"]')];
  document.title = raised.length ? document.body.dataset.titleAlarm + plainTitle : plainTitle;
  const rung = new Set(remembered("rung").split(" "));
  const unheard = raised.map((alarm) => alarm.dataset.ring).filter((ring) => !rung.has(ring));
  sessionStorage.setItem("rung", raised.map((alarm) => alarm.dataset.ring).join(" "));
  if (unheard.length && remembered("sound") === "on") ring();
}

function ring() {
  bell.currentTime = 0;
  bell.play().then(nameSound, () => {
    sound.textContent = sound.dataset.blocked;
    find(".menu").setAttribute("open", "");
  });
}

function nameSound() {
  const on = remembered("sound") === "on";
  sound.textContent = on ? sound.dataset.off : sound.dataset.on;
  sound.setAttribute("aria-pressed", String(on));
}

if (sound) {
  sound.hidden = false;
  nameSound();
  sound.addEventListener("click", () => {
    const blocked = sound.textContent === sound.dataset.blocked;
    const on = blocked || remembered("sound") !== "on";
    sessionStorage.setItem("sound", on ? "on" : "off");
    nameSound();
    if (on) ring();
  });
}

// --- sending without leaving the page ------------------------------------------------------

function boxes() {
  return [...document.querySelectorAll("form.box textarea")];
}

let leaving = false;

function written() {
  return !leaving && boxes().some((box) => box.value.trim() !== "");
}

function forgetWritten() {
  leaving = true;
}

async function post(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  const response = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body,
  });
  return response.json();
}

async function send(form, button) {
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const text = find("textarea", form);
  const sent = text?.value;
  complain(form, "");
  try {
    const result = await post(form, button);
    if (result.ok) succeed(form, result, sent);
    else refuse(form, result);
  } catch {
    complain(form, document.body.dataset.failed);
  } finally {
    delete form.dataset.busy;
  }
}

function succeed(form, result, sent) {
  if (form.dataset.live === "go") {
    if (!written() || location.pathname !== new URL(result.go, location.href).pathname) {
      location.assign(result.go);
    }
    return;
  }
  form.elements.key.value = result.key;
  const text = find("textarea", form);
  if (text.value === sent) text.value = "";
  text.focus();
}

function refuse(form, result) {
  complain(form, result.said);
  if (result.key) form.elements.key.value = result.key;
  if (result.signed_out) show("#away");
}

function complain(form, sentence) {
  const place = find(".problem", form);
  if (!place) {
    if (sentence) location.reload();
    return;
  }
  place.textContent = sentence;
  place.hidden = !sentence;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.live) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form.box");
  if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});

// Messengers may show that somebody is writing: said while the words change, and never why.
const TYPING_EVERY_MS = 15000;
let typedAt = -Infinity;

answerBox?.addEventListener("input", () => {
  const held = find("[data-may-answer]")?.dataset.mayAnswer === "yes";
  const due = performance.now() - typedAt >= TYPING_EVERY_MS;
  if (!held || !due || answerBox.value.trim() === "") return;
  typedAt = performance.now();
  const seal = find("#answer").elements.seal.value;
  const said = fetch(`/console/talks/${talk.dataset.talk}/typing`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ seal }),
  });
  said.catch(() => {}); // a kindness: nobody needs to know that it did not work
});

window.addEventListener("beforeunload", (event) => {
  if (written()) event.preventDefault();
});

heedAlarms();
connect();
