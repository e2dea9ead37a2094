// <z-register>: the class by number under the keyboard, over a form that works without it.
//
// Attributes: data-draft (user:lesson), data-last-key (key of the last save the server knows), data-words
// (JSON: one/other forms and sentences). A field's saved value is data-saved or what the page came with.

import { keepDraft, readDraft } from "./zvanets-drafts.js";

const ABSENT = new Set(["о", "н"]);
const LATE = new Set(["з"]);
const BY_CODE = { KeyO: "о", KeyN: "н", KeyZ: "з" };
const GRADE = { number: /^(2([.,]0{1,2})?|[3-5]([.,]\d{1,2})?|6([.,]0{1,2})?)$/, quality: /^[2-6]$/, special: /^[1-3]$/ };
const FIRST_DIGIT = { number: /^[2-6]$/, quality: /^[2-6]$/, special: /^[1-3]$/ };
const isBox = (field) => field.type === "checkbox";
const valueOf = (field) => (isBox(field) ? (field.checked ? "1" : "") : field.value);

function savedOf(field) {
  if (field.dataset.saved !== undefined) return field.dataset.saved;
  if (isBox(field)) return field.defaultChecked ? "1" : "";
  if (field.options) return ([...field.options].find((o) => o.defaultSelected) ?? field.options[0])?.value ?? "";
  return field.defaultValue;
}

function put(field, value) {
  if (isBox(field)) field.checked = value === "1";
  else field.value = value;
}

// Where a request was led instead of being answered: the log-in, after the session ended.
export function ledAway({ xhr, requestConfig }) {
  const asked = new URL(requestConfig.path, location.href).pathname;
  const came = xhr.responseURL ? new URL(xhr.responseURL).pathname : asked;
  return came !== asked && came.startsWith("/accounts/") ? came : null;
}

export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

class Register extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.rows = [...this.querySelectorAll("tbody tr[data-student]")];
    this.words = JSON.parse(this.dataset.words || "{}");
    this.state = this.querySelector(".state");
    this.calm = this.state?.innerHTML ?? "";
    this.sent = null; // {key, fields}: what was sent and is not yet known to be saved
    this.stop = new AbortController();
    this.files = this.querySelector("input[type=file]");
    this.encode();
    this.listen();
    this.restore();
    for (const below of this.querySelectorAll("tr.below")) {
      if (below.querySelector("textarea").value || below.querySelector(".error")) this.open(below, true);
    }
    this.refresh();
  }

  disconnectedCallback() {
    this.stop.abort();
  }

  listen() {
    const until = { signal: this.stop.signal };
    this.addEventListener("keydown", (event) => this.onKey(event), until);
    this.addEventListener("input", (event) => this.onInput(event), until);
    this.addEventListener("change", (event) => this.onChange(event), until);
    this.addEventListener("click", (event) => this.onClick(event), until);
    this.form.addEventListener("submit", () => this.onSubmit(), until);
    this.form.addEventListener("htmx:beforeRequest", () => this.onSend(), until);
    this.form.addEventListener("htmx:beforeSwap", (event) => this.onAnswer(event.detail), until);
    this.form.addEventListener("htmx:sendError", () => this.onFailure(this.words.lost), until);
    this.form.addEventListener("htmx:responseError", (event) => this.onRefusal(event.detail.xhr.status), until);
    window.addEventListener("beforeunload", (event) => this.leaving || !this.dirty().length || event.preventDefault(), until);
  }

  fields() {
    return [...this.querySelectorAll("input[id]:not([type=file]), select[id], textarea[id]")];
  }

  dirty() {
    return this.fields().filter((field) => !("quiet" in field.dataset) && valueOf(field) !== savedOf(field));
  }

  // Only files need a form in parts; without them a server reads it in half the time.
  encode() {
    this.form.enctype = this.files?.files.length ? "multipart/form-data" : "application/x-www-form-urlencoded";
  }

  // Drafts

  restore() {
    const draft = readDraft(this.dataset.draft);
    if (!draft) return;
    const fields = draft.fields;
    if (draft.sent && draft.sent.key === this.dataset.lastKey) {
      for (const [id, value] of Object.entries(draft.sent.fields)) if (fields[id] === value) delete fields[id];
    }
    let restored = 0;
    for (const [id, value] of Object.entries(fields)) {
      const field = document.getElementById(id);
      if (!field || field.disabled || !this.contains(field) || valueOf(field) === value) continue;
      put(field, value);
      if (!("quiet" in field.dataset)) restored += 1;
    }
    if (restored) this.restored = this.count("restored", restored);
    this.sent = draft.sent?.key === this.dataset.lastKey ? null : draft.sent;
    this.keep();
  }

  keep() {
    const dirty = this.dirty();
    if (!dirty.length) return keepDraft(this.dataset.draft, null);
    const quiet = this.fields().filter((field) => "quiet" in field.dataset && valueOf(field) !== savedOf(field));
    const fields = Object.fromEntries([...dirty, ...quiet].map((field) => [field.id, valueOf(field)]));
    return keepDraft(this.dataset.draft, { fields, sent: this.sent });
  }

  // Saving

  key() {
    return this.form.elements.namedItem("key");
  }

  all() {
    return Object.fromEntries(this.fields().map((field) => [field.id, valueOf(field)]));
  }

  onSubmit() {
    this.leaving = !(window.htmx && this.form.hasAttribute("hx-post"));
    this.sent = { key: this.key().value, fields: this.all() };
    this.keep();
  }

  onSend() {
    this.slow = setTimeout(() => this.tell(this.words.saving), 300);
  }

  onAnswer(detail) {
    clearTimeout(this.slow);
    if (ledAway(detail)) return this.leave();
    if (!detail.shouldSwap) return;
    if (detail.xhr.status < 400) this.keepTypedSince();
    else this.sent = null;
  }

  keepTypedSince() {
    const sent = this.sent?.fields ?? {};
    const since = Object.entries(this.all()).filter(([id, value]) => sent[id] !== value);
    keepDraft(this.dataset.draft, since.length ? { fields: Object.fromEntries(since), sent: null } : null);
    this.stop.abort();
    document.dispatchEvent(new CustomEvent("bell"));
  }

  // 403: another log-in has changed the page's token. The fresh page takes the draft back, or asks who is there.
  onRefusal(status) {
    if (status !== 403) return this.onFailure(this.words.failed);
    this.leave();
    return location.reload();
  }

  leave() {
    this.leaving = true;
    this.keep();
  }

  onFailure(words) {
    clearTimeout(this.slow);
    this.tell(words, "poor");
  }

  // A changed form is another save: the key of one that may have arrived must not name it.
  renewKey() {
    const key = this.key();
    if (!this.sent || this.sent.key !== key.value) return;
    const now = this.all();
    if (Object.keys(now).some((id) => now[id] !== this.sent.fields[id])) key.value = newKey();
  }

  // Typing

  onInput(event) {
    const field = event.target;
    if (field.dataset.scale && matchMedia("(pointer: fine)").matches) {
      const typed = event.inputType === "insertText";
      if (typed && (FIRST_DIGIT[field.dataset.scale].test(field.value) || /^[2-6][.,]\d\d$/.test(field.value))) {
        this.refresh();
        this.after = field;
        return this.move(field, 1);
      }
    }
    // Minutes are of a lateness.
    const late = field.id.startsWith("minutes-") && document.getElementById(field.id.replace("minutes", "late"));
    if (late && field.value && !late.checked && !late.disabled) return this.toggle(late.closest("tr"), "late");
    this.refresh();
  }

  onChange(event) {
    const field = event.target;
    if (field === this.files) this.encode();
    if (field.checked && field.dataset.other) {
      const other = document.getElementById(field.dataset.other);
      if (other && !other.disabled) other.checked = false;
    }
    this.refresh();
  }

  onClick(event) {
    this.after = null;
    const name = event.target.closest("button.name");
    if (!name) return;
    const below = document.getElementById(name.getAttribute("aria-controls"));
    this.open(below, !below.classList.contains("open"));
    if (below.classList.contains("open")) below.querySelector("textarea").focus();
  }

  open(below, isOpen) {
    below.classList.toggle("open", isOpen);
    below.previousElementSibling.querySelector("button.name").setAttribute("aria-expanded", isOpen);
  }

  onKey(event) {
    if ((event.ctrlKey || event.metaKey) && (event.code === "KeyS" || event.key === "Enter")) {
      event.preventDefault();
      this.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const row = event.target.closest("tr[data-student]");
    const taken = row ? this.onRowKey(event, row) : this.onOtherKey(event);
    if (taken) event.preventDefault();
    if (event.key !== "Shift") this.after = taken === "moved" ? this.after : null;
  }

  onOtherKey(event) {
    const below = event.target.closest("tr.below");
    if (event.key !== "Escape" || !below) return false;
    this.open(below, false);
    below.previousElementSibling.querySelector("button.name").focus();
    return true;
  }

  onRowKey(event, row) {
    const { target, key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") return this.move(target, key === "ArrowDown" ? 1 : -1);
    if (key === "ArrowLeft" || key === "ArrowRight") return this.sideways(target, row, key === "ArrowRight" ? 1 : -1);
    if (key === "Enter" && target.matches("input")) return this.move(target, event.shiftKey ? -1 : 1);
    if (key === "Escape" && target.dataset.scale) return this.take(target, savedOf(target));
    if (key === "," || key === ".") return this.comma();
    const letter = /^[a-z]$/i.test(key) ? BY_CODE[event.code] : key.toLowerCase();
    if (ABSENT.has(letter)) return this.toggle(row, "absent");
    if (LATE.has(letter)) return this.toggle(row, "late");
    return this.digit(target, row, key);
  }

  digit(target, row, key) {
    const grade = row.querySelector("[data-scale]");
    if (target === grade || !grade || grade.disabled || !FIRST_DIGIT[grade.dataset.scale].test(key)) return false;
    this.take(grade, key);
    this.move(target, 1);
    this.after = grade;
    return "moved";
  }

  // A comma right after a digit that moved on belongs to that digit: 5 , 5 0.
  comma() {
    const grade = this.after;
    if (grade?.dataset.scale !== "number") return false;
    this.take(grade, `${grade.value},`);
    grade.focus();
    grade.setSelectionRange(grade.value.length, grade.value.length);
    return true;
  }

  take(field, value) {
    field.value = value;
    this.refresh();
    return true;
  }

  toggle(row, column) {
    const box = row.querySelector(`[data-col=${column}]`);
    if (!box || box.disabled) return true;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  move(from, step) {
    const column = from.dataset.col ?? "absent";
    let at = this.rows.indexOf(from.closest("tr")) + step;
    for (; this.rows[at]; at += step) {
      const cell = this.rows[at].querySelector(`[data-col=${column}]:not(:disabled)`);
      if (cell) return this.focusOn(cell);
    }
    return true;
  }

  sideways(from, row, step) {
    if (from.dataset.scale && from.value) {
      const edge = step < 0 ? 0 : from.value.length;
      if (from.selectionStart !== edge || from.selectionEnd !== edge) return false;
    }
    const cells = [...row.querySelectorAll("[data-col]:not(:disabled)")];
    const next = cells[cells.indexOf(from) + step];
    return next ? this.focusOn(next) : true;
  }

  focusOn(cell) {
    cell.focus();
    if (cell.select) cell.select();
    return true;
  }

  // Showing

  refresh() {
    const dirty = this.dirty();
    this.renewKey();
    const marked = new Set(dirty);
    for (const field of this.fields()) {
      const shown = isBox(field) ? field.closest(".toggle") : field;
      shown?.classList.toggle("dirty", marked.has(field));
      if (field.dataset.scale) this.check(field);
    }
    this.foot();
    this.keep();
    if (dirty.length) this.tell(this.restored ?? this.count("unsaved", dirty.length), "late");
    else if (this.state) this.state.innerHTML = this.calm;
    this.restored = null;
  }

  check(field) {
    const typed = field.value.trim();
    const wrong = typed !== "" && !GRADE[field.dataset.scale].test(typed) && field !== document.activeElement;
    if (wrong) field.setAttribute("aria-invalid", "true");
    else if (!field.hasAttribute("aria-describedby")) field.removeAttribute("aria-invalid");
  }

  foot() {
    const line = this.querySelector(".counts");
    if (!line) return;
    const absent = this.querySelectorAll("[data-col=absent]:checked, .toggle.e").length;
    const late = this.querySelectorAll("[data-col=late]:checked").length;
    const grades = this.querySelectorAll(".grades a").length + this.fields().filter((f) => f.dataset.scale && f.value.trim()).length;
    const present = this.rows.length - absent - late;
    for (const [name, n] of Object.entries({ present, absent, late, grades })) {
      const part = line.querySelector(`[data-count=${name}]`);
      part.textContent = this.count(name, n);
      part.hidden = n === 0 && name !== "present";
    }
  }

  count(name, n) {
    const [one, other] = this.words[name] ?? ["{n}", "{n}"];
    return (n === 1 ? one : other).replace("{n}", n);
  }

  tell(words, tone = "soft") {
    if (!this.state || !words) return;
    if (this.state.textContent === words) return;
    const span = document.createElement("span");
    span.className = tone;
    span.textContent = words;
    this.state.replaceChildren(span);
  }
}

customElements.define("z-register", Register);
