// Saves reloads; every page works without it. All HTML that is put in comes from this server's own templates.

const policy = window.trustedTypes?.createPolicy("coachkit", { createHTML: (html) => html });
const trusted = (html) => (policy ? policy.createHTML(html) : html);
const words = document.getElementById("words").dataset;
const toast = document.getElementById("toast");
const drawer = document.getElementById("drawer");
const drawerBody = document.getElementById("drawer-body");
let toastTimer;

function say(text) {
  if (!text) return;
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove("shown"), 5000);
}

async function ask(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { "X-Fragment": "1", ...options.headers }, credentials: "same-origin" });
  return { ok: response.ok, status: response.status, html: await response.text() };
}

function put(target, html) {
  const holder = document.createElement("template");
  holder.innerHTML = trusted(html);
  const fresh = holder.content.firstElementChild;
  if (!fresh) return null;
  target.replaceWith(holder.content);
  return fresh;
}

// The drawer: a record beside the text that cites it. The dialog keeps the focus inside and gives it back.
let opener = null;

async function openDrawer(link) {
  opener = link;
  link.setAttribute("aria-busy", "true");
  try {
    const found = await ask(link.href);
    if (found.status === 401) return location.reload();
    drawerBody.innerHTML = trusted(found.html);
    if (!drawer.open) drawer.showModal();
    drawer.scrollTop = 0;
    (drawerBody.querySelector("#drawer-title") ?? drawer).focus();
  } catch {
    say(words.failed);
  } finally {
    link.removeAttribute("aria-busy");
  }
}

drawer.addEventListener("close", () => {
  drawerBody.replaceChildren();
  if (opener?.isConnected) opener.focus();
  opener = null;
});
drawer.addEventListener("click", (event) => {
  if (event.target === drawer) drawer.close();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    openDrawer(link);
  }
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Forms that change one thing on the page: the answer takes its place.
async function swap(form, submitter) {
  const target = document.querySelector(form.dataset.swap);
  const body = new URLSearchParams(new FormData(form, submitter));
  const undo = form.classList.contains("undo");
  try {
    const answer = await ask(form.action, { method: "POST", body });
    if (answer.status === 401) return say(words.signedOut);
    if (!answer.ok) return say(words.failed);
    const fresh = put(target, answer.html);
    say(fresh.dataset.announce);
    const place = fresh.hasAttribute("tabindex") ? fresh : fresh.querySelector(undo ? ".tick" : "button:not(:disabled)");
    (place ?? fresh).focus();
  } catch {
    say(words.failed);
  }
}

async function reloadAfter(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const answer = await ask(form.action, { method: "POST", body });
  if (!answer.ok) return say(words.failed);
  const main = document.getElementById("main");
  main.innerHTML = trusted(answer.html);
  enhance();
  (main.querySelector(".question") ?? main).focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const handle = form.dataset.swap ? swap : "reloadAfter" in form.dataset ? reloadAfter : null;
  if (!handle) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  handle(form, event.submitter).catch(() => say(words.failed)).finally(() => delete form.dataset.busy);
});

// Keys, where a page names them; never while somebody writes.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  if (event.ctrlKey || event.metaKey || event.altKey || drawer.open) return;
  if (event.target.closest("input, select, textarea")) return;
  if (!/^[0-9a-z]$/.test(event.key)) return;
  const button = document.querySelector(`[data-key="${event.key}"]`);
  if (button) {
    event.preventDefault();
    button.click();
  }
});

// One stream a tab: parts of the page as they change, or word that a brief is ready.
let stream = null;

function listen() {
  stream?.close();
  stream = null;
  const place = document.querySelector("[data-events]");
  if (!place) return;
  stream = new EventSource(place.dataset.events);
  stream.addEventListener("part", (event) => {
    const part = JSON.parse(event.data);
    const target = document.getElementById(part.target);
    if (target && !target.contains(document.activeElement)) put(target, part.html);
    say(part.say);
  });
  stream.addEventListener("ready", async () => {
    stream.close();
    const said = place.dataset.reloaded;
    const answer = await ask(place.dataset.reload);
    if (!answer.ok) return;
    document.getElementById("main").innerHTML = trusted(answer.html);
    say(said);
    enhance();
  });
}

function enhance() {
  for (const hidden of document.querySelectorAll("[data-print], [data-keys]")) hidden.hidden = false;
  listen();
}

window.addEventListener("pagehide", () => stream?.close());
enhance();

// A page that takes long to come says so, while the old one still stands.
let leaving;

function awaitPage() {
  clearTimeout(leaving);
  leaving = setTimeout(() => {
    say(words.working);
    clearTimeout(toastTimer);
    toast.classList.add("busy");
    toastTimer = setTimeout(stay, 60_000);
  }, 800);
}

function stay() {
  clearTimeout(leaving);
  toast.classList.remove("shown", "busy");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const plain = !event.defaultPrevented && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.pathname !== location.pathname || link.search !== location.search) awaitPage();
});
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) awaitPage();
});
window.addEventListener("pageshow", stay);
