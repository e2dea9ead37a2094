// The demo's telephone: keys go to a real call, its sound comes back as A-law and is played without a gap.

const RATE = 8000;
const EVERY_MS = 200;
const AHEAD_SECONDS = 0.15;

const LINEAR = Float32Array.from({ length: 256 }, (_, coded) => {
  const code = coded ^ 0x55;
  const segment = (code & 0x70) >> 4;
  const low = (code & 0x0f) << 4;
  const value = segment === 0 ? low + 8 : (low + 0x108) << (segment - 1);
  return (code & 0x80 ? value : -value) / 32768;
});

class Telephone extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.addEventListener("click", (event) => this.clicked(event.target.closest("button")));
    addEventListener("pagehide", () => this.call && this.act("hang_up", {}, { keepalive: true }));
    this.show("");
  }

  clicked(button) {
    if (!button) return;
    if (button.matches("[data-call]")) this.dial();
    if (button.matches("[data-end]")) this.hangUp();
    if (button.matches("[data-key]")) this.press(button.dataset.key);
  }

  async dial() {
    // The browser lets sound begin only within a click.
    this.audio ??= new AudioContext({ sampleRate: RATE });
    await this.audio.resume();
    this.querySelector("[data-dialled]").textContent = "";
    this.show("ringing");
    const answer = await this.act("dial");
    this.call = answer.call;
    this.at = 0;
    this.playAt = 0;
    this.show(answer.state);
    if (this.call) this.listen(this.call);
  }

  async press(key) {
    this.querySelector("[data-dialled]").textContent += key;
    this.silence();
    await this.act("press", { keys: key });
  }

  async hangUp() {
    this.silence();
    await this.act("hang_up");
    this.finish("ended");
  }

  async act(what, more = {}, options = {}) {
    const body = new FormData(this.form);
    for (const [name, value] of Object.entries({ do: what, call: this.call ?? "", ...more })) body.set(name, value);
    try {
      const answer = await fetch(this.dataset.url, { method: "POST", body, ...options });
      return await answer.json();
    } catch {
      return { state: "busy" };
    }
  }

  async listen(call) {
    while (this.call === call) {
      const began = performance.now();
      try {
        const answer = await fetch(`${this.dataset.sound}?call=${encodeURIComponent(call)}&from=${this.at}`);
        const heard = new Uint8Array(await answer.arrayBuffer());
        if (this.call !== call) return;
        this.at = Number(answer.headers.get("X-Call-At"));
        this.play(heard);
        const state = answer.headers.get("X-Call-State");
        if (state === "ended" || state === "busy") return this.finish(state);
        this.show(state);
      } catch {
        return this.finish("busy");
      }
      await new Promise((done) => setTimeout(done, Math.max(20, EVERY_MS - (performance.now() - began))));
    }
  }

  play(heard) {
    if (!heard.length) return;
    const buffer = this.audio.createBuffer(1, heard.length, RATE);
    buffer.copyToChannel(Float32Array.from(heard, (code) => LINEAR[code]), 0);
    const source = this.audio.createBufferSource();
    source.buffer = buffer;
    source.connect(this.audio.destination);
    const now = this.audio.currentTime;
    if (this.playAt < now) this.playAt = now + AHEAD_SECONDS;
    source.start(this.playAt);
    this.playAt += buffer.duration;
    this.sources = [...(this.sources ?? []), source].slice(-20);
    this.dataset.heard = Number(this.dataset.heard ?? 0) + heard.length;
    const peak = heard.reduce((most, code) => Math.max(most, Math.abs(LINEAR[code])), 0);
    this.dataset.loudest = Math.max(Number(this.dataset.loudest ?? 0), peak).toFixed(3);
  }

  silence() {
    for (const source of this.sources ?? []) source.stop();
    this.sources = [];
    this.playAt = 0;
  }

  finish(state) {
    this.call = undefined;
    this.show(state);
  }

  show(state) {
    this.querySelector("[data-state]").textContent = this.dataset[state] ?? "";
    const isOpen = state === "ringing" || state === "talking";
    for (const key of this.querySelectorAll("[data-key]")) key.disabled = state !== "talking";
    this.querySelector("[data-call]").disabled = isOpen;
    this.querySelector("[data-end]").disabled = !isOpen;
  }
}

customElements.define("zv-telephone", Telephone);
