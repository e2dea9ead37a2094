// <z-grid>: the gradebook under the keyboard. The server renders the table; here it is walked, typed into and saved.
//
// Attributes: data-save (where cells are sent), data-queue (user:school:course), data-why (address of an explanation),
// data-words (sentences, JSON), data-column (the column to begin in), data-closed (nothing is written).
// A head cell names its column: data-lesson, data-kind, data-place, data-lock. A row has data-student and data-scale.

import { newKey } from "./zvanets-register.js";
import { Queue } from "./zvanets-queue.js";

const SIGN_KEYS = { о: "о", н: "о", з: "з" };
const BY_CODE = { KeyO: "о", KeyN: "о", KeyZ: "з" };
const DIGITS = { 1: /^[2-6]$/, 2: /^[1-3]$/, 3: /^[2-6]$/ };
const QUIET = 1500; // milliseconds after the last key before the page saves
const RETRIES = [2000, 5000, 15000, 30000];
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const make = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more });

class Grid extends HTMLElement {
  connectedCallback() {
    this.words = JSON.parse(this.dataset.words);
    this.queue = new Queue(this.dataset.queue, this.dataset.save);
    this.table = this.querySelector("table");
    this.heads = [...this.table.tHead.rows[0].cells];
    this.rows = [...this.table.tBodies[0].rows];
    this.state = this.querySelector(".state");
    this.news = this.querySelector(".cellnews");
    this.keypad = this.querySelector("[role=group]");
    this.steps = [];
    this.tries = 0;
    this.table.setAttribute("role", "grid");
    for (const link of this.table.querySelectorAll("a")) link.tabIndex = -1;
    this.readCells();
    this.listen();
    for (const place of Object.keys(this.queue.all())) this.show(place);
    this.begin();
    this.refresh();
    if (this.queue.heads().length) this.flush();
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  listen() {
    this.stop = new AbortController();
    const until = { signal: this.stop.signal };
    this.table.addEventListener("keydown", (event) => this.onKey(event), until);
    this.table.addEventListener("mousedown", (event) => this.onDown(event), until);
    this.table.addEventListener("click", (event) => this.onClick(event), until);
    this.table.addEventListener("dblclick", (event) => this.editor(this.cellOf(event.target)), until);
    this.table.addEventListener("paste", (event) => this.onPaste(event), until);
    this.table.addEventListener("copy", (event) => this.onCopy(event), until);
    this.keypad.addEventListener("pointerdown", (event) => event.preventDefault(), until);
    this.keypad.addEventListener("click", (event) => this.onPad(event.target.closest("button")), until);
    this.querySelector("[data-flush]").addEventListener("click", () => this.flush(), until);
    this.addEventListener("click", (event) => event.target.closest("[data-close]") && this.fold(), until);
    this.addEventListener("keydown", (event) => event.key === "Escape" && event.target.closest("#why") && this.fold(), until);
    window.addEventListener("online", () => this.flush(), until);
  }

  // Cells: what is saved in each, and what waits to be saved over it

  readCells() {
    this.cells = new Map(); // td → {id, text, sign, poor}
    this.byPlace = new Map();
    for (const row of this.rows) {
      [...row.cells].forEach((td, column) => {
        if (!this.heads[column].dataset.lesson) return;
        const span = td.querySelector("span");
        const saved = { id: Number(td.dataset.id ?? 0), text: span?.textContent ?? "", sign: td.querySelector("abbr")?.textContent ?? "", poor: span?.className === "poor" };
        this.cells.set(td, saved);
        for (const what of ["grade", "sign"]) {
          const place = this.place(td, what);
          this.byPlace.set(place, [...(this.byPlace.get(place) ?? []), td]);
        }
      });
    }
  }

  head(td) {
    return this.heads[td.cellIndex];
  }

  place(td, what) {
    const { lesson, kind, place } = this.head(td).dataset;
    const { student } = td.parentElement.dataset;
    return what === "sign" ? `s:${student}:${lesson}` : `g:${student}:${lesson}:${kind}:${place}`;
  }

  saved(td, what) {
    const { id, text, sign } = this.cells.get(td);
    return what === "sign" ? { seen: sign, value: sign } : { seen: id, value: text };
  }

  shown(td, what) {
    const waiting = this.queue.last(this.place(td, what));
    return waiting ? waiting.typed : this.saved(td, what).value;
  }

  show(place) {
    for (const td of this.byPlace.get(place) ?? []) this.render(td);
  }

  render(td) {
    const saved = this.cells.get(td);
    const [grade, sign] = [this.queue.last(this.place(td, "grade")), this.queue.last(this.place(td, "sign"))];
    const text = grade ? this.inWords(td, grade.typed) : saved.text;
    const letter = sign ? sign.typed : saved.sign;
    const parts = text ? [make("span", text, { className: (grade ? /^2([.,]|$)/.test(grade.typed) : saved.poor) ? "poor" : "" })] : [];
    if (grade?.held?.state === "conflict") parts.push(make("s", grade.held.text || "–"));
    if (letter) parts.push(make("abbr", letter, { className: this.words.colours[letter] ?? "", title: this.words.signs[letter] ?? "" }));
    td.replaceChildren(...parts);
    td.classList.toggle("mark", Boolean(grade || sign));
    td.classList.toggle("wrong", Boolean(grade?.held || sign?.held));
    if (grade?.held || sign?.held) td.setAttribute("aria-invalid", "true");
    else td.removeAttribute("aria-invalid");
  }

  inWords(td, typed) {
    const named = td.parentElement.dataset.scale !== "1" && this.words.scales[td.parentElement.dataset.scale]?.[typed];
    return named || typed.replace(".", ",");
  }

  label(td) {
    const name = td.parentElement.cells[0].querySelector("a").textContent;
    const column = this.head(td).textContent.trim().replace(/\s+/g, " ");
    return `${name}, ${column}`;
  }

  closed(td) {
    if (!this.cells.has(td) || "closed" in this.dataset) return this.words.closed;
    if (td.classList.contains("off")) return this.words.off;
    return this.head(td).dataset.lock ?? "";
  }

  // Writing

  write(changes) {
    const step = [];
    const closed = [];
    for (const { td, what, value } of changes) {
      const words = this.closed(td);
      const before = words ? value : this.shown(td, what);
      if (words) closed.push({ td, words });
      if (before === value) continue;
      step.push({ td, what, value: before });
      this.put(td, what, value);
    }
    if (closed.length) this.tellClosed(closed);
    if (step.length) this.steps.push(step);
    this.refresh();
    this.later(QUIET);
  }

  put(td, what, value) {
    const place = this.place(td, what);
    const { seen, value: saved } = this.saved(td, what);
    const isTried = (this.queue.all()[place] ?? []).some((one) => one.tried && !one.held);
    if (value === saved && !isTried) {
      this.queue.put(place, null);
    } else {
      const { lesson, kind, place: number } = this.head(td).dataset;
      const cell = { key: newKey(), what, student: Number(td.parentElement.dataset.student), lesson: Number(lesson), seen, typed: value };
      this.queue.put(place, what === "sign" ? cell : { ...cell, kind: Number(kind), place: Number(number) });
    }
    this.show(place);
  }

  undo() {
    const step = this.steps.pop();
    if (!step) return;
    for (const { td, what, value } of step) this.put(td, what, value);
    this.focusOn(step[0].td);
    this.refresh();
    this.later(QUIET);
  }

  typed(td, text) {
    const value = text.trim();
    const sign = SIGN_KEYS[value.toLowerCase()];
    return sign ? { td, what: "sign", value: sign } : { td, what: "grade", value };
  }

  // Saving

  later(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), after);
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.sending) return;
    this.sending = true;
    const slow = setTimeout(() => this.tell(this.words.saving), 300);
    const token = this.querySelector("[name=csrfmiddlewaretoken]").value;
    const told = await this.queue.send(token);
    clearTimeout(slow);
    this.sending = false;
    this.result = told.state === "none" ? this.result : told;
    if (told.state === "answered") this.take(told);
    this.tries = told.state === "offline" || told.state === "failed" ? this.tries + 1 : 0;
    if (this.tries) this.later(RETRIES[Math.min(this.tries, RETRIES.length) - 1]);
    else if (told.state === "answered" && this.queue.heads().length) this.later(QUIET);
    this.refresh();
  }

  take({ answers, sums }) {
    for (const told of answers) {
      if (told.state === "refused") continue;
      for (const td of this.byPlace.get(told.place) ?? []) {
        const saved = this.cells.get(td);
        if (told.cell.what === "sign") saved.sign = told.sign;
        else Object.assign(saved, { id: told.id, text: told.text, poor: told.poor });
      }
    }
    for (const { place } of answers) this.show(place);
    for (const [student, figures] of Object.entries(sums)) this.sum(student, figures);
    if (answers.some((told) => told.state === "saved")) document.dispatchEvent(new CustomEvent("bell"));
  }

  sum(student, figures) {
    const row = this.rows.find((one) => one.dataset.student === student);
    for (const { name, text, set, poor } of figures) {
      const td = row?.querySelector(`[data-sum=${name}]`);
      if (!td) continue;
      td.className = `sum${set ? "" : " soft"}${poor && set ? " poor" : ""}`;
      const href = this.dataset.why.replace("{student}", student).replace("{sum}", name);
      td.replaceChildren(text === "–" ? text : make("a", text, { href, tabIndex: -1 }));
    }
  }

  // What the page says of it

  refresh() {
    const waiting = Object.values(this.queue.all()).flat();
    const open = waiting.filter((cell) => !cell.held).length;
    const { state, time, answers = [], url } = this.result ?? {};
    const done = answers.filter((told) => told.state === "saved").length;
    this.tellHeld();
    this.querySelector("[data-flush]").hidden = !open;
    if (state === "signedOut" && open) this.tell(this.count("signIn", open), "poor", url);
    else if (state === "offline" && open) this.tell(this.count("waiting", open), "late");
    else if (state === "failed" && open) this.tell(this.count("failed", open), "poor");
    else if (open) this.tell(this.count("unsaved", open), "late");
    else if (waiting.length) this.tell(done ? this.count("others", done) : "", "good");
    else if (time) this.tell(this.words.saved.replace("{time}", time), "good");
    else this.tell("");
  }

  count(name, n) {
    const [one, other] = this.words[name];
    return (n === 1 ? one : other).replace("{n}", n);
  }

  tell(words, tone = "soft", url = "") {
    if (this.state.textContent === words) return;
    const span = make(url ? "a" : "span", words, { className: tone });
    if (url) span.href = `${new URL(url).pathname}?next=${encodeURIComponent(location.pathname + location.search)}`;
    this.state.replaceChildren(span);
  }

  tellClosed(closed) {
    const words = new Map(closed.map(({ td, words: why }) => [`${this.head(td).dataset.lesson}${why}`, `${this.label(td)}: ${why}`]));
    this.shut = [...words.values()].slice(0, 5);
  }

  tellHeld() {
    const held = Object.entries(this.queue.all()).filter(([place, [cell]]) => cell.held && this.byPlace.has(place));
    const lines = held.map(([place, [cell]]) => this.line(place, cell, this.byPlace.get(place)[0]));
    this.news.replaceChildren(...(this.shut ?? []).map((text) => make("li", text)), ...lines);
    this.shut = null;
    this.news.hidden = !this.news.childElementCount;
  }

  line(place, cell, td) {
    const { held } = cell;
    const li = make("li");
    const button = (words, act) => make("button", words, { type: "button", className: "link", onclick: act });
    const back = () => this.settle(place, null);
    if (held.state !== "conflict") {
      li.append(make("span", `${this.label(td)}: ${held.words} `, { className: "poor" }));
      if (held.url) li.append(make("a", this.words.page, { href: held.url }), " ");
      li.append(button(this.words.undo, back));
      return li;
    }
    const [mine, theirs] = [cell.typed, cell.what === "sign" ? held.sign : held.text].map((text) => text || this.words.nothing);
    const said = { cell: this.label(td), mine, theirs, who: held.by || this.words.somebody };
    li.append(make("span", `${this.words.conflict.replace(/\{(\w+)\}/g, (_, name) => said[name])} `, { className: "late" }));
    li.append(button(`${this.words.keepMine} (${mine})`, () => this.settle(place, cell.typed)), " ", button(`${this.words.keepTheirs} (${theirs})`, back));
    return li;
  }

  settle(place, value) {
    const td = this.byPlace.get(place)[0];
    this.queue.put(place, null);
    if (value !== null) this.put(td, place[0] === "s" ? "sign" : "grade", value);
    this.show(place);
    this.focusOn(td);
    this.flush();
    this.refresh();
  }
}

export { Grid, BY_CODE, DIGITS, SIGN_KEYS, STEPS, make };
