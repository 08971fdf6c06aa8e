'use strict';
/*
 * A bare server on node-smpp (npm package "smpp"), one of the peers of the benchmarks.
 *
 * Binds are accepted, submit_sm is answered with an id, and a receipt follows a second later when
 * registered_delivery asks for one.  No rules, no store.
 *
 * Run:  NODE_PATH=DIR/node_modules node node_smpp_server.js --ready-file ready.json   (127.0.0.1 only)
 */
const fs = require('fs');
const smpp = require('smpp');

const RECEIPT_AFTER = 1000; // milliseconds

let messages = 0;

function receiptDate() {
  return new Date().toISOString().replace(/[-T:]/g, '').slice(2, 12);
}

function receiptText(id, text) {
  const date = receiptDate();
  return `id:${id} sub:001 dlvrd:001 submit date:${date} done date:${date} stat:DELIVRD err:000 text:${text.slice(0, 20)}`;
}

function messageText(pdu) {
  const { message } = pdu.short_message;
  return Buffer.isBuffer(message) ? message.toString('latin1') : String(message || '');
}

function sendReceipt(session, pdu, id) {
  session.deliver_sm({
    source_addr_ton: pdu.dest_addr_ton,
    source_addr_npi: pdu.dest_addr_npi,
    source_addr: pdu.destination_addr,
    dest_addr_ton: pdu.source_addr_ton,
    dest_addr_npi: pdu.source_addr_npi,
    destination_addr: pdu.source_addr,
    esm_class: 0x04,
    short_message: receiptText(id, messageText(pdu)),
    receipted_message_id: id,
    message_state: 2,
  }, () => {});
}

function onSubmit(session, pdu) {
  messages += 1;
  const id = String(messages).padStart(10, '0');
  session.send(pdu.response({ message_id: id }));
  if ((pdu.registered_delivery & 3) === 1) {
    setTimeout(sendReceipt, RECEIPT_AFTER, session, pdu, id);
  }
}

function onSession(session) {
  const accept = (pdu) => session.send(pdu.response({ system_id: 'node-smpp' }));
  session.on('bind_transmitter', accept);
  session.on('bind_receiver', accept);
  session.on('bind_transceiver', accept);
  session.on('submit_sm', (pdu) => onSubmit(session, pdu));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on('error', () => session.destroy());
}

function main() {
  const at = process.argv.indexOf('--ready-file');
  const readyFile = at < 0 ? null : process.argv[at + 1];
  const server = smpp.createServer({}, onSession);
  server.listen(0, '127.0.0.1', 1024, () => {
    if (readyFile) {
      const ready = { smpp: [`127.0.0.1:${server.address().port}`], pid: process.pid };
      fs.writeFileSync(`${readyFile}.new`, JSON.stringify(ready));
      fs.renameSync(`${readyFile}.new`, readyFile);
    }
  });
  process.on('SIGTERM', () => process.exit(0));
}

main();
