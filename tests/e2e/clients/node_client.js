'use strict';
// npm smpp drives: connect(), bind_*, submit_sm with its own encodings, its own UDH and TLV writers.
// The task and the events are described in __init__.py.

const fs = require('fs');
const path = require('path');
const smpp = require(path.join(process.env.SMSC_SIM_PEERS_NODE_MODULES, 'smpp'));

const task = JSON.parse(process.argv[2]);
const SOURCE = '447700900001';
const DESTINATIONS = {
  gsm7: '447700900101',
  ucs2: '447700900102',
  udh: '447700900103',
  sar: '447700900104',
  payload: '447700900105',
};
const RECEIPT = new RegExp(
  '^id:(\\S+) sub:(\\d{3}) dlvrd:(\\d{3}) submit date:(\\d{10}) done date:(\\d{10})' +
    ' stat:([A-Z]{7}) err:(\\w{1,3}) [Tt]ext:([^]{0,20})$'
);
const longText =
  'The quick brown fox jumps over the lazy dog and counts: ' +
  Array.from({ length: 89 }, (_, index) => index + 1).join(' ');

function emit(event, values) {
  process.stdout.write(JSON.stringify({ event, ...values }) + '\n');
}

function fail(reason) {
  emit('failed', { reason: String(reason) });
  process.exitCode = 1;
  session.destroy();
}

const watchdog = setTimeout(() => fail('out of time'), task.seconds * 1000);
const counts = { receipt: 0, enquire_link: 0 };
let changed = () => {};
let leaving = false;

const options = { host: task.host, port: task.port };
if (task.ca) {
  options.tls = true;
  options.ca = fs.readFileSync(task.ca);
}
const session = smpp.connect(options);

session.on(task.ca ? 'secureConnect' : 'connect', () => converse().catch(fail));
session.on('error', (error) => fail(error));
session.on('close', () => {
  clearTimeout(watchdog);
  if (!leaving && !process.exitCode) {
    emit('failed', { reason: 'the connection was lost' });
    process.exitCode = 1;
  }
});

session.on('enquire_link', (pdu) => {
  session.send(pdu.response());
  emit('enquire_link_received');
  counts.enquire_link += 1;
  changed();
});

session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  const text = pdu.short_message.message;
  const parts = RECEIPT.exec(text) || [];
  emit('receipt', {
    id: parts[1],
    sub: parts[2],
    dlvrd: parts[3],
    submit_date: parts[4],
    done_date: parts[5],
    stat: parts[6],
    err: parts[7],
    text: parts[8],
    whole: text,
    receipted_message_id: pdu.receipted_message_id,
    message_state: pdu.message_state,
    esm_class: pdu.esm_class,
    source_addr: pdu.source_addr,
    destination_addr: pdu.destination_addr,
  });
  counts.receipt += 1;
  changed();
});

function request(command, fields) {
  return new Promise((resolve) => session[command](fields || {}, resolve));
}

function until(what, wanted) {
  return new Promise((resolve) => {
    changed = () => counts[what] >= wanted && resolve();
    changed();
  });
}

function messages(kind) {
  const cut = [];
  for (let start = 0; start < longText.length; start += 150) {
    cut.push(longText.slice(start, start + 150));
  }
  switch (kind) {
    case 'gsm7':
      return [{ short_message: 'Price: 5 [EUR] @ noon' }];
    case 'ucs2':
      return [{ short_message: 'Zażółć gęślą jaźń – δοκιμή – проверка', data_coding: 8 }];
    case 'udh':
      return cut.map((part, index) => ({
        short_message: { udh: Buffer.from([5, 0, 3, 42, cut.length, index + 1]), message: part },
      }));
    case 'sar':
      return cut.map((part, index) => ({
        short_message: part,
        sar_msg_ref_num: 43,
        sar_total_segments: cut.length,
        sar_segment_seqnum: index + 1,
      }));
    default:
      return [{ message_payload: longText }];
  }
}

async function submit(kind) {
  const all = messages(kind);
  await Promise.all(
    all.map(async (fields, index) => {
      const answer = await request('submit_sm', {
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: SOURCE,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: DESTINATIONS[kind],
        registered_delivery: 1,
        ...fields,
      });
      emit('submitted', {
        kind,
        part: index + 1,
        parts: all.length,
        status: answer.command_status,
        message_id: answer.message_id,
      });
    })
  );
}

// Each operation on messages once, the outcome of each as one event.
async function operations() {
  const source = { source_addr_ton: 1, source_addr_npi: 1, source_addr: SOURCE };
  const destination = { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: DESTINATIONS.gsm7 };
  const tell = (answer) =>
    emit('operation', {
      command: answer.command,
      status: answer.command_status,
      message_state: answer.message_state,
      final_date: answer.final_date instanceof Date ? answer.final_date.toISOString() : null,
      unsuccess: (answer.unsuccess_sme || []).map((one) => [one.destination_addr, one.error_status_code]),
    });
  const query = async (message_id) => tell(await request('query_sm', { message_id, ...source }));
  const submitted = await request('submit_sm', {
    ...source,
    ...destination,
    registered_delivery: 1,
    schedule_delivery_time: new Date(Date.now() + 3600 * 1000),
    short_message: 'first text',
  });
  tell(submitted);
  const message_id = submitted.message_id;
  await query(message_id);
  tell(
    await request('replace_sm', { message_id, ...source, registered_delivery: 1, short_message: 'second text' })
  );
  await query(message_id);
  tell(await request('cancel_sm', { message_id, ...source, ...destination }));
  await query(message_id);
  tell(await request('cancel_sm', { message_id, ...source, ...destination }));
  tell(
    await request('submit_multi', {
      ...source,
      registered_delivery: 1,
      short_message: 'to many',
      dest_address: [
        { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: DESTINATIONS.ucs2 },
        { dl_name: 'friends' },
        { dl_name: 'nobody' },
      ],
    })
  );
}

function bind() {
  return request('bind_' + task.mode, {
    system_id: task.system_id,
    password: task.password,
    interface_version: 0x34,
  });
}

async function converse() {
  const bound = await bind();
  if (bound.command_status) {
    emit('refused', { command: bound.command, status: bound.command_status });
    leaving = true;
    session.close();
    return;
  }
  emit('bound', {
    command: bound.command,
    system_id: bound.system_id,
    sc_interface_version: bound.sc_interface_version,
  });
  if (task.bind_twice) {
    const second = await bind();
    emit('second_bind', { command: second.command, status: second.command_status });
  }
  for (const kind of task.submit || []) {
    await submit(kind);
  }
  if (task.operations) {
    await operations();
  }
  if (task.query) {
    const answer = await request('query_sm', {
      message_id: 'no-such-message',
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: SOURCE,
    });
    emit('query_answered', { status: answer.command_status });
  }
  if (task.enquire_link) {
    await request('enquire_link');
    emit('enquire_link_answered');
  }
  await until('receipt', task.receipts || 0);
  await until('enquire_link', task.await_enquire_link ? 1 : 0);
  const unbound = await request('unbind');
  leaving = true;
  emit('unbound', { command: unbound.command, status: unbound.command_status });
  session.close();
}
