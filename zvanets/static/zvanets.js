// What every page shares: menus that close, focus on errors, drafts that end with the session, failed requests in words.

import { ledAway } from "./zvanets-register.js";
import { forgetDrafts } from "./zvanets-drafts.js";
import { drain, forgetQueues, waitingCells } from "./zvanets-queue.js";

const user = document.body.dataset.user;
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value;
if (user) {
  forgetDrafts({ except: user });
  drain(user, token());
}

document.querySelector("[data-focus]")?.focus();

// On a telephone the list of pages is wider than the screen: the open one must be seen.
const here = document.querySelector(".nav [aria-current=page]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 40;

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  if (waitingCells() && !confirm(event.target.dataset.waiting)) {
    event.preventDefault();
    return;
  }
  forgetDrafts({});
  forgetQueues();
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// The school keeps who printed what: paper leaves the house.
window.addEventListener("beforeprint", () => {
  if (!document.body.dataset.printed || !token()) return;
  const body = new URLSearchParams({ path: location.pathname });
  fetch(document.body.dataset.printed, { method: "POST", keepalive: true, headers: { "X-CSRFToken": token() }, body });
});

const net = () => document.getElementById("net");

function say(words) {
  const line = net();
  if (!line) return;
  line.textContent = words;
  line.hidden = !words;
}

// A request that was led to another page (the log-in, after the session ended) must not be swapped into this one.
document.addEventListener("htmx:beforeSwap", (event) => {
  const came = ledAway(event.detail);
  if (!came) return;
  event.detail.shouldSwap = false;
  location.assign(`${came}?next=${encodeURIComponent(location.pathname + location.search)}`);
});

document.addEventListener("htmx:beforeRequest", () => say(""));
document.addEventListener("htmx:sendError", (event) => event.target.closest("#lesson") || say(net().dataset.lost));
document.addEventListener("htmx:responseError", (event) => event.target.closest("#lesson") || say(net().dataset.failed));

document.addEventListener("htmx:afterSettle", (event) => {
  event.target.querySelector?.("[data-focus]")?.focus();
});

// The server says `HX-Trigger: bell` when something was sent home.
document.addEventListener("bell", () => {
  const bell = document.querySelector(".bar .bell");
  if (!bell) return;
  bell.classList.remove("swing");
  void bell.getBoundingClientRect();
  bell.classList.add("swing");
});
