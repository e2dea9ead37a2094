// An SMS centre from the npm package `smpp`, that does what a test tells it on standard input, a JSON object a line:
//   {"mode": "ok" | "throttle" | "full" | "silent" | "refuse" | "die", "count": n, "status": n}   for the next n messages, 0: until told otherwise
//   {"receipts": "off" | "after" | "before" | "late" | "twice" | "reversed", "ids": "same" | "hex" | "unknown", "state": "DELIVRD", "delay": ms}
//   {"bind": status}   answer of the next binds     {"say": {...}}   a deliver_sm     {"drop": 1}   cut the line
// It prints a JSON object a line: {"listening": port}, {"bind"}, {"sms"}, {"ack"}, {"query"}, {"closed"}.
'use strict';
const fs = require('fs');
const smpp = require('smpp');
const readline = require('readline');

const told = { mode: 'ok', count: 0, status: 8, receipts: 'off', ids: 'same', state: 'DELIVRD', delay: 0, bind: 0, quiet: false };
const sessions = new Set();
let number = 0x1A2B00;
let taken = 0;
const held = [];
const unacknowledged = new Map();
let brought = 0;

const print = (what) => { if (!told.quiet) process.stdout.write(JSON.stringify(what) + '\n'); };

function mode() {
  if (told.count > 0 && --told.count === 0) { const last = told.mode; told.mode = 'ok'; return last; }
  return told.mode;
}

// As carriers do: what was not acknowledged comes again with the next bind.
function bring(what, session) {
  const key = ++brought;
  unacknowledged.set(key, what);
  const line = session && !session.closed ? session : [...sessions].find((each) => each.bound && !each.closed);
  if (line) pass(line, key);
}

function pass(session, key) {
  session.deliver_sm({ ...unacknowledged.get(key) }, (answer) => {
    if (answer.command_status === 0) unacknowledged.delete(key);
    print({ ack: answer.command_status });
  });
}

function receipt(session, pdu, id) {
  const shown = told.ids === 'unknown' ? 'FFFF' + id : told.ids === 'hex' ? String(parseInt(id, 16)) : id;
  const text = `id:${shown} sub:001 dlvrd:001 submit date:2510071020 done date:2510071020 stat:${told.state} err:000 text:`;
  bring({ source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, source_addr_ton: 1, source_addr_npi: 1, esm_class: 4, short_message: text }, session);
}

function bytes(pdu) {
  const message = pdu.short_message;
  const udh = Buffer.isBuffer(message.udh) ? message.udh : Buffer.concat((message.udh || []).map((each) => Buffer.from(each)));
  return { udh: udh.toString('hex'), text: message.message };
}

function take(session, pdu) {
  const id = (++number).toString(16).toUpperCase();
  const what = mode();
  taken += 1;
  if (what === 'die') { print({ sms: pdu.destination_addr, ...bytes(pdu), coding: pdu.data_coding, died: true }); session.closed = true; session.destroy(); return; }
  if (what === 'throttle' || what === 'full' || what === 'refuse') {
    session.send(pdu.response({ command_status: what === 'throttle' ? 0x58 : what === 'full' ? 0x14 : told.status }));
    return;
  }
  if (!told.quiet) print({ sms: pdu.destination_addr, from: pdu.source_addr, id, ...bytes(pdu), coding: pdu.data_coding, lost: what === 'silent' });
  const answer = () => { if (what !== 'silent') session.send(pdu.response({ message_id: id })); };
  if (told.receipts === 'before') { receipt(session, pdu, id); setTimeout(answer, told.delay || 50); return; }
  if (told.delay && told.receipts !== 'late') setTimeout(answer, told.delay); else answer();
  if (told.receipts === 'off' || !pdu.registered_delivery) return;
  if (told.receipts === 'late') setTimeout(() => receipt(session, pdu, id), told.delay);
  else if (told.receipts === 'reversed') { held.unshift([session, pdu, id]); if (held.length >= 3) held.splice(0).forEach((each) => receipt(...each)); }
  else { receipt(session, pdu, id); if (told.receipts === 'twice') receipt(session, pdu, id); }
}

// node smsc.js [port] [key certificate]
const [port, key, cert] = process.argv.slice(2);
const secure = key ? { key: fs.readFileSync(key), cert: fs.readFileSync(cert) } : {};
const server = smpp.createServer(secure, (session) => {
  sessions.add(session);
  session.on('error', () => {});
  session.on('close', () => { session.closed = true; sessions.delete(session); print({ closed: 1 }); });
  session.on('bind_transceiver', (pdu) => {
    print({ bind: pdu.system_id, password: pdu.password, status: told.bind });
    session.send(pdu.response({ command_status: told.bind, system_id: 'npm' }));
    if (told.bind) { session.close(); return; }
    session.bound = true;
    for (const key of unacknowledged.keys()) pass(session, key);
  });
  session.on('submit_sm', (pdu) => take(session, pdu));
  session.on('query_sm', (pdu) => { print({ query: pdu.message_id }); session.send(pdu.response({ message_id: pdu.message_id, final_date: '', message_state: 2, error_code: 0 })); });
  session.on('enquire_link', (pdu) => { print({ enquire: 1 }); session.send(pdu.response()); });
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
});

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  if (order.say) {
    const { hex, udh, ...rest } = order.say;
    const message = hex !== undefined ? Buffer.from(hex, 'hex') : rest.short_message;
    bring({ destination_addr: '1917', ...rest, short_message: udh ? { udh: Buffer.from(udh, 'hex'), message } : message });
  } else if (order.drop) { for (const session of sessions) { session.closed = true; session.destroy(); } }
  else if (order.count_taken) { process.stdout.write(JSON.stringify({ taken }) + '\n'); }
  else Object.assign(told, order);
}).on('close', () => process.exit(0));

server.listen(Number(port || 0), '127.0.0.1', () => process.stdout.write(JSON.stringify({ listening: server.address().port }) + '\n'));
