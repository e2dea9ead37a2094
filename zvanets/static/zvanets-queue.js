// The cells of one gradebook that wait to be saved, kept by user in this browser until the server has answered each.
//
// A place (a cell's name) holds the cell last sent, whose answer may be lost, and the one typed since: the server hears
// of the second when it has answered the first, so neither a lost answer nor a lost connection writes anything twice.
// Nobody's name is in it. It ends with the log-out; what is older than 30 days is thrown away.

const PREFIX = "zvanets:queue:";
const KEPT = 30 * 24 * 3600 * 1000;

export class Queue {
  constructor(name, save = "") {
    this.name = PREFIX + name;
    this.save = save;
  }

  read() {
    try {
      const found = JSON.parse(localStorage.getItem(this.name));
      return found && Date.now() - found.at < KEPT ? found : { places: {} };
    } catch {
      return { places: {} };
    }
  }

  write(found) {
    try {
      if (Object.keys(found.places).length) localStorage.setItem(this.name, JSON.stringify({ ...found, save: this.save || found.save, at: Date.now() }));
      else localStorage.removeItem(this.name);
    } catch {
      // Storage may be full or forbidden: then what is typed lives as long as the page.
      this.memory = found;
    }
  }

  all() {
    return (this.memory ?? this.read()).places;
  }

  change(what) {
    const found = this.memory ?? this.read();
    what(found.places);
    this.write(found);
  }

  // The newest cell typed at a place; `null` takes it back where it was never sent.
  put(place, cell) {
    this.change((places) => {
      const tried = (places[place] ?? []).filter((one) => one.tried && !one.held);
      const waiting = [...tried, ...(cell ? [cell] : [])];
      if (waiting.length) places[place] = waiting;
      else delete places[place];
    });
  }

  last(place) {
    return this.all()[place]?.at(-1) ?? null;
  }

  heads() {
    return Object.entries(this.all()).flatMap(([place, [head]]) => (head.held ? [] : [{ place, cell: head }]));
  }

  // Resolves to {state: "none" | "offline" | "signedOut" | "failed" | "answered", answers, sums, time}.
  async send(token) {
    const heads = this.heads();
    const save = this.save || this.read().save;
    if (!heads.length || !save) return { state: "none" };
    this.change((places) => {
      for (const { place } of heads) places[place][0].tried = true;
    });
    const body = JSON.stringify({ cells: heads.map(({ cell }) => cell) });
    let answer;
    try {
      answer = await fetch(save, { method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
    } catch {
      return { state: "offline" };
    }
    if (answer.redirected || answer.status === 401 || answer.status === 403) return { state: "signedOut", url: answer.url };
    if (!answer.ok) return { state: "failed" };
    const { cells, sums, time } = await answer.json();
    const answers = cells.map((told, at) => ({ ...told, place: heads[at].place, cell: heads[at].cell }));
    this.change((places) => answers.forEach((told) => settle(places, told)));
    return { state: "answered", answers, sums, time };
  }
}

function settle(places, told) {
  const waiting = places[told.place];
  if (waiting?.[0]?.key !== told.key) return;
  if (told.state === "saved") waiting.shift();
  else if (waiting.length === 1) waiting[0].held = told;
  else waiting.shift();
  for (const next of waiting) if (told.state === "saved") next.seen = next.what === "sign" ? told.sign : told.id;
  if (!waiting.length) delete places[told.place];
}

function names() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

export function waitingCells() {
  return names().reduce((sum, key) => sum + new Queue(key.slice(PREFIX.length)).heads().length, 0);
}

export function forgetQueues() {
  for (const key of names()) localStorage.removeItem(key);
}

// What a user left waiting on another page is sent from whichever page comes next.
export async function drain(user, token) {
  for (const key of names()) {
    const name = key.slice(PREFIX.length);
    if (name.startsWith(`${user}:`) && !document.querySelector(`z-grid[data-queue="${name}"]`)) await new Queue(name).send(token);
  }
}
