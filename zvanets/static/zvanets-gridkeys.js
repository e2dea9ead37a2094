// How <z-grid> is walked and typed into: arrows, one key per grade, blocks, and a field inside a cell.

import { BY_CODE, DIGITS, Grid, SIGN_KEYS, STEPS, make } from "./zvanets-grid.js";

const DONE = /^[2-6][.,]\d\d$/;

Object.assign(Grid.prototype, {
  begin() {
    const first = this.heads.findIndex((head) => this.dataset.column && `${head.dataset.lesson}-${head.dataset.kind}-${head.dataset.place}` === this.dataset.column);
    const open = this.heads.findLastIndex((head) => head.dataset.lesson && !("lock" in head.dataset));
    const column = first > 0 ? first : Math.max(open, 1);
    const row = this.rows.find((one) => !one.cells[column].textContent) ?? this.rows[0];
    this.current = this.anchor = row.cells[column];
    this.current.tabIndex = 0;
    if (first > 0) this.focusOn(this.current);
    else this.current.scrollIntoView({ block: "nearest", inline: "end" });
  },

  cellOf(target) {
    const cell = target.closest("tbody th, tbody td");
    return cell && this.table.contains(cell) ? cell : null;
  },

  focusOn(cell, { keep = false } = {}) {
    this.current.tabIndex = -1;
    this.current = cell;
    if (!keep) this.anchor = cell;
    cell.tabIndex = 0;
    cell.focus();
    this.keypad.hidden = !this.cells.has(cell) || !matchMedia("(pointer: coarse)").matches || "closed" in this.dataset;
    this.paint();
    return true;
  },

  at(row, column) {
    return this.rows[row]?.cells[column];
  },

  indexes(cell) {
    return [this.rows.indexOf(cell.parentElement), cell.cellIndex];
  },

  move(rows, columns, more) {
    const [row, column] = this.indexes(this.current);
    const cell = this.at(row + rows, column + columns);
    return cell ? this.focusOn(cell, more) : true;
  },

  // The block between anchor and current cell, row by row.
  block() {
    const [one, other] = [this.indexes(this.anchor), this.indexes(this.current)];
    const [top, bottom] = [one[0], other[0]].sort((a, b) => a - b);
    const [left, right] = [one[1], other[1]].sort((a, b) => a - b);
    return this.rows.slice(top, bottom + 1).map((row) => [...row.cells].slice(left, right + 1).filter((td) => this.cells.has(td)));
  },

  paint() {
    for (const td of this.table.querySelectorAll("td.chosen")) td.classList.remove("chosen");
    if (this.anchor !== this.current) for (const td of this.block().flat()) td.classList.add("chosen");
  },

  onKey(event) {
    if (event.target.matches("input") || event.isComposing) return;
    const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
    const taken = isCommand ? this.onCommand(event) : !event.altKey && this.onPlainKey(event);
    if (taken) event.preventDefault();
    if (event.key !== "Shift" && taken !== "digit") this.after = null;
  },

  onCommand({ code, key }) {
    if (code === "KeyZ") return this.undo() ?? true;
    if (code === "KeyD") return this.fill();
    if (code === "KeyS") return this.flush() && true;
    const last = this.heads.findLastIndex((head) => head.dataset.lesson);
    if (key === "Home") return this.focusOn(this.at(0, 1));
    if (key === "End") return this.focusOn(this.at(this.rows.length - 1, last));
    return false;
  },

  onPlainKey(event) {
    const { key, shiftKey } = event;
    if (key in STEPS) return this.move(...STEPS[key], { keep: shiftKey });
    const row = this.current.parentElement;
    if (key === "Home") return this.focusOn(row.cells[1]);
    if (key === "End") return this.focusOn(row.cells[this.heads.findLastIndex((head) => head.dataset.lesson)]);
    if (key === "Tab") return this.tab(shiftKey ? -1 : 1);
    if (key === "Enter") return this.current.querySelector("a")?.click() ?? this.move(shiftKey ? -1 : 1, 0);
    if (key === "Escape") return this.fold() || this.takeBack();
    if (key === "F2") return this.editor(this.current);
    if (key === "Delete" || key === "Backspace") return this.clear();
    if (key === "," || key === ".") return this.comma();
    const letter = /^[a-z]$/i.test(key) ? BY_CODE[event.code] : SIGN_KEYS[key.toLowerCase()];
    return letter ? this.sign(letter) : this.digit(key);
  },

  // Right and left within the row; at its end the key goes on out of the table.
  tab(step) {
    const next = this.at(this.rows.indexOf(this.current.parentElement), this.current.cellIndex + step);
    return next ? this.focusOn(next) : false;
  },

  digit(key) {
    const td = this.current;
    if (!this.cells.has(td) || !/^[0-9]$/.test(key)) return false;
    const fits = DIGITS[td.parentElement.dataset.scale]?.test(key);
    if (!fits) return this.editor(td, key);
    const block = this.block().flat();
    this.write(block.map((one) => ({ td: one, what: "grade", value: key })));
    if (block.length > 1) return true;
    this.move(1, 0);
    this.after = td;
    return "digit";
  },

  // A comma right after a digit belongs to the grade that digit gave: 5 , 5 0.
  comma() {
    const td = this.after;
    if (!td || td.parentElement.dataset.scale !== "1") return false;
    this.focusOn(td);
    return this.editor(td, `${this.shown(td, "grade")},`);
  },

  sign(letter) {
    const block = this.block().flat();
    if (!block.length) return false;
    const value = block.every((td) => this.shown(td, "sign") === letter) ? "" : letter;
    this.write(block.map((td) => ({ td, what: "sign", value })));
    return true;
  },

  clear() {
    const changes = this.block().flat().map((td) => ({ td, what: this.shown(td, "grade") ? "grade" : "sign", value: "" }));
    this.write(changes.filter(({ td, what }) => this.shown(td, what)));
    return true;
  },

  takeBack() {
    for (const td of this.block().flat()) {
      for (const what of ["grade", "sign"]) {
        if (this.queue.last(this.place(td, what))) this.put(td, what, this.saved(td, what).value);
      }
    }
    this.focusOn(this.current);
    this.refresh();
    return true;
  },

  // The chosen block is filled from its first row; without one, the empty cells beneath.
  fill() {
    const block = this.block();
    const [row, column] = this.indexes(this.current);
    const rows = block.length > 1 ? block.slice(1) : this.rows.slice(row + 1).map((one) => [one.cells[column]]);
    const changes = rows.flatMap((cells) =>
      cells.flatMap((td, at) => {
        const from = block[0]?.[at];
        if (!from || (block.length === 1 && (td.textContent || this.closed(td)))) return [];
        const what = this.shown(from, "grade") ? "grade" : "sign";
        return [{ td, what, value: this.shown(from, what) }];
      }),
    );
    this.write(changes);
    return true;
  },

  // Blocks from and to a spreadsheet

  onPaste(event) {
    if (event.target.matches("input") || !this.cells.has(this.current)) return;
    event.preventDefault();
    const lines = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "").split("\n");
    const [row, column] = this.indexes(this.current);
    const changes = lines.flatMap((line, down) =>
      line.split("\t").flatMap((text, right) => {
        const td = this.at(row + down, column + right);
        return td && this.cells.has(td) && text.trim() ? [this.typed(td, text)] : [];
      }),
    );
    this.write(changes);
  },

  onCopy(event) {
    if (event.target.matches("input") || !this.block().flat().length) return;
    event.preventDefault();
    const text = (td) => this.shown(td, "grade") || this.shown(td, "sign");
    event.clipboardData.setData("text/plain", this.block().map((cells) => cells.map(text).join("\t")).join("\n"));
  },

  // The field inside a cell, for grades of more than one key

  editor(td, text = null) {
    if (!this.cells.has(td)) return false;
    const words = this.closed(td);
    if (words) {
      this.tellClosed([{ td, words }]);
      return this.refresh() ?? true;
    }
    const mode = td.parentElement.dataset.scale === "1" ? "decimal" : "text";
    const input = make("input", "", { value: text ?? this.shown(td, "grade"), inputMode: mode, maxLength: 60, className: "celledit", autocomplete: "off" });
    input.setAttribute("aria-label", this.label(td));
    let isOver = false;
    const end = (isKept, rows = 0, columns = 0) => {
      if (isOver) return;
      isOver = true;
      if (isKept) this.write([this.typed(td, input.value)]);
      this.render(td);
      if (rows || columns || input.matches(":focus") || document.activeElement === document.body) this.focusOn(td) && this.move(rows, columns);
    };
    input.onkeydown = (event) => {
      const { key, shiftKey } = event;
      const step = { Enter: [shiftKey ? -1 : 1, 0], Tab: [0, shiftKey ? -1 : 1], ArrowDown: [1, 0], ArrowUp: [-1, 0], Escape: [0, 0] }[key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      end(key !== "Escape", ...step);
    };
    input.oninput = (event) => event.inputType === "insertText" && DONE.test(input.value) && matchMedia("(pointer: fine)").matches && end(true, 1);
    input.onblur = () => end(true);
    td.replaceChildren(input);
    input.focus();
    if (text === null) input.select();
    else input.setSelectionRange(input.value.length, input.value.length);
    return true;
  },

  // Mouse and finger

  onDown(event) {
    const cell = this.cellOf(event.target);
    if (!cell || event.target.matches("input, a") || event.button) return;
    event.preventDefault();
    this.focusOn(cell, { keep: event.shiftKey });
  },

  onClick(event) {
    const link = event.target.closest("a");
    const head = event.target.closest("thead th");
    if (head?.dataset.lesson && link) {
      event.preventDefault();
      const row = this.rows.find((one) => !one.cells[head.cellIndex].textContent) ?? this.rows[0];
      this.focusOn(row.cells[head.cellIndex]);
    } else if (link?.closest("[data-sum]")) {
      event.preventDefault();
      this.focusOn(link.closest("td"));
      window.htmx.ajax("GET", link.href, { target: "#why", swap: "outerHTML" });
    }
  },

  onPad(button) {
    if (!button) return;
    const key = button.dataset.key;
    if (key === "z") this.undo();
    else if (key === "F2") this.editor(this.current);
    else if (key === "Delete") this.clear();
    else if (key in SIGN_KEYS) this.sign(key);
    else this.digit(key);
  },

  fold() {
    const why = document.getElementById("why");
    if (!why || why.hidden) return false;
    why.hidden = true;
    return this.focusOn(this.current);
  },
});

customElements.define("z-grid", Grid);
