/*
 * limit_server: the least that a correct SMSC can do, in C.
 *
 * One thread and one epoll: binds are accepted, every submit_sm is answered with a message id of
 * its own, a receipt follows when registered_delivery asks for one, enquire_link and unbind are
 * answered.  No accounts, no rules, no store, no resending.  It stands for the upper limit of what the
 * kernel and a load generator allow on a machine, so that a ratio to it means something elsewhere.
 *
 * What is caused by one read leaves in one write, the responses first and the receipts after them.
 *
 * Build:  cc -O2 -Wall -Wextra -o limit_server limit_server.c
 * Run:    ./limit_server --ready-file ready.json [--port 0]      (127.0.0.1 only)
 *
 * Field layouts: SMPP 3.4 sections 3.2, 4.1, 4.4, 4.6 and appendix B (receipt text).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    GENERIC_NACK = 0x80000000u,
    BIND_RECEIVER = 0x00000001,
    BIND_TRANSMITTER = 0x00000002,
    SUBMIT_SM = 0x00000004,
    DELIVER_SM = 0x00000005,
    DELIVER_SM_RESP = 0x80000005u,
    UNBIND = 0x00000006,
    BIND_TRANSCEIVER = 0x00000009,
    ENQUIRE_LINK = 0x00000015,
    ENQUIRE_LINK_RESP = 0x80000015u,
    RESPONSE = 0x80000000u,
};

enum {
    ESME_ROK = 0x00,
    ESME_RINVMSGLEN = 0x01,
    ESME_RINVCMDLEN = 0x02,
    ESME_RINVCMDID = 0x03,
    ESME_RINVBNDSTS = 0x04,
    ESME_RALYBND = 0x05,
};

enum {
    HEADER = 16,
    ID_DIGITS = 10,
    READ_SIZE = 256 * 1024,
    FRAME_LIMIT = 64 * 1024,
    ADDRESS_LIMIT = 20,           /* octets of an address without its NUL */
    TEXT_SHOWN = 20,              /* characters of the message in the receipt's text: */
    PENDING_LIMIT = 1024 * 1024,  /* octets waiting for a peer before we stop reading from it */
};

struct buffer {
    uint8_t *octets;
    size_t length, capacity;
};

struct session {
    int fd;
    uint32_t bound;          /* command_id of the bind, 0 = not bound */
    uint32_t next_sequence;  /* of our deliver_sm */
    uint32_t events;         /* what epoll watches */
    bool closing;
    struct buffer partial;   /* the start of a PDU that is still coming */
    struct buffer pending;   /* what the socket would not take yet */
    size_t pending_sent;
};

struct address {
    const uint8_t *start; /* addr_ton, addr_npi, address, NUL */
    size_t length;        /* of all of it */
};

static int epoll_fd;
static struct buffer responses, receipts;
static uint8_t read_buffer[READ_SIZE + FRAME_LIMIT];
static uint64_t message_count;
static char date[11]; /* YYMMDDhhmm, UTC */
static time_t date_of;
static volatile sig_atomic_t stopping;

static void fail(const char *what)
{
    fprintf(stderr, "limit_server: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint8_t *room(struct buffer *buffer, size_t length)
{
    if (buffer->length + length > buffer->capacity) {
        while (buffer->length + length > buffer->capacity)
            buffer->capacity = buffer->capacity ? buffer->capacity * 2 : 4096;
        buffer->octets = realloc(buffer->octets, buffer->capacity);
        if (!buffer->octets)
            fail("out of memory");
    }
    return buffer->octets + buffer->length;
}

static void append(struct buffer *buffer, const void *octets, size_t length)
{
    memcpy(room(buffer, length), octets, length);
    buffer->length += length;
}

static void discard(struct buffer *buffer)
{
    free(buffer->octets);
    memset(buffer, 0, sizeof *buffer);
}

static uint32_t get_integer(const uint8_t *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return ntohl(value);
}

static uint8_t *put_integer(uint8_t *p, uint32_t value)
{
    value = htonl(value);
    memcpy(p, &value, sizeof value);
    return p + sizeof value;
}

static uint8_t *put_header(uint8_t *p, uint32_t length, uint32_t command, uint32_t status, uint32_t sequence)
{
    return put_integer(put_integer(put_integer(put_integer(p, length), command), status), sequence);
}

static void answer_header_only(uint32_t command, uint32_t status, uint32_t sequence)
{
    put_header(room(&responses, HEADER), HEADER, command, status, sequence);
    responses.length += HEADER;
}

static void put_id(uint8_t *p, uint64_t number)
{
    for (int i = ID_DIGITS - 1; i >= 0; i--, number /= 10)
        p[i] = (uint8_t)('0' + number % 10);
}

static void refresh_date(void)
{
    time_t now = time(NULL);
    if (now == date_of)
        return;
    struct tm fields;
    gmtime_r(&now, &fields);
    strftime(date, sizeof date, "%y%m%d%H%M", &fields);
    date_of = now;
}

static uint8_t *put_text(uint8_t *p, const char *text)
{
    size_t length = strlen(text);
    memcpy(p, text, length);
    return p + length;
}

/* A receipt for the message: from where it was sent to, to where it came from. */
static void put_receipt(struct session *session, const uint8_t *id, struct address source,
                        struct address destination, const uint8_t *text, size_t text_length)
{
    uint8_t *start = room(&receipts, 512), *p = start + HEADER;
    *p++ = 0; /* service_type */
    memcpy(p, destination.start, destination.length);
    p += destination.length;
    memcpy(p, source.start, source.length);
    p += source.length;
    *p++ = 0x04; /* esm_class: an SMSC delivery receipt */
    memset(p, 0, 8); /* protocol_id, priority_flag, two times, registered_delivery, replace, coding, default id */
    p += 8;
    uint8_t *sm_length = p++;
    p = put_text(p, "id:");
    memcpy(p, id, ID_DIGITS);
    p = put_text(p + ID_DIGITS, " sub:001 dlvrd:001 submit date:");
    p = put_text(p, date);
    p = put_text(p, " done date:");
    p = put_text(p, date);
    p = put_text(p, " stat:DELIVRD err:000 text:");
    size_t shown = text_length < TEXT_SHOWN ? text_length : TEXT_SHOWN;
    memcpy(p, text, shown);
    p += shown;
    *sm_length = (uint8_t)(p - sm_length - 1);
    static const uint8_t receipted_message_id[] = { 0x00, 0x1E, 0x00, ID_DIGITS + 1 };
    static const uint8_t message_state[] = { 0x04, 0x27, 0x00, 0x01, 0x02 };
    memcpy(p, receipted_message_id, sizeof receipted_message_id);
    p += sizeof receipted_message_id;
    memcpy(p, id, ID_DIGITS);
    p += ID_DIGITS;
    *p++ = 0;
    memcpy(p, message_state, sizeof message_state);
    p += sizeof message_state;
    put_header(start, (uint32_t)(p - start), DELIVER_SM, 0, session->next_sequence++);
    receipts.length += (size_t)(p - start);
}

static const uint8_t *after_string(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *nul = p && p < end ? memchr(p, 0, (size_t)(end - p)) : NULL;
    return nul ? nul + 1 : NULL;
}

static const uint8_t *read_address(const uint8_t *p, const uint8_t *end, struct address *address)
{
    if (!p || end - p < 3)
        return NULL;
    const uint8_t *after = after_string(p + 2, end);
    if (!after || after - (p + 3) > ADDRESS_LIMIT)
        return NULL;
    *address = (struct address){ p, (size_t)(after - p) };
    return after;
}

static void on_submit_sm(struct session *session, const uint8_t *pdu, uint32_t length, uint32_t sequence)
{
    if (session->bound != BIND_TRANSMITTER && session->bound != BIND_TRANSCEIVER) {
        answer_header_only(SUBMIT_SM | RESPONSE, ESME_RINVBNDSTS, sequence);
        return;
    }
    const uint8_t *end = pdu + length;
    struct address source, destination;
    const uint8_t *p = read_address(after_string(pdu + HEADER, end), end, &source);
    p = read_address(p, end, &destination);
    p = p && end - p > 3 ? after_string(p + 3, end) : NULL; /* esm_class, protocol_id, priority_flag; schedule */
    p = after_string(p, end);                               /* validity_period */
    if (!p || end - p < 5 || end - (p + 5) < p[4]) {
        answer_header_only(SUBMIT_SM | RESPONSE, ESME_RINVMSGLEN, sequence);
        return;
    }
    uint8_t *response = room(&responses, HEADER + ID_DIGITS + 1);
    uint8_t *id = put_header(response, HEADER + ID_DIGITS + 1, SUBMIT_SM | RESPONSE, ESME_ROK, sequence);
    put_id(id, ++message_count);
    id[ID_DIGITS] = 0;
    responses.length += HEADER + ID_DIGITS + 1;
    if ((p[0] & 0x03) == 1 && session->bound == BIND_TRANSCEIVER)
        put_receipt(session, id, source, destination, p + 5, p[4]);
}

static void on_bind(struct session *session, uint32_t command, uint32_t sequence)
{
    if (session->bound) {
        answer_header_only(command | RESPONSE, ESME_RALYBND, sequence);
        return;
    }
    static const char system_id[] = "limit";
    session->bound = command;
    uint32_t length = HEADER + sizeof system_id;
    uint8_t *body = put_header(room(&responses, length), length, command | RESPONSE, ESME_ROK, sequence);
    memcpy(body, system_id, sizeof system_id);
    responses.length += length;
}

static void on_pdu(struct session *session, const uint8_t *pdu, uint32_t length)
{
    uint32_t command = get_integer(pdu + 4), sequence = get_integer(pdu + 12);
    switch (command) {
    case SUBMIT_SM:
        on_submit_sm(session, pdu, length, sequence);
        break;
    case DELIVER_SM_RESP:
    case ENQUIRE_LINK_RESP:
    case GENERIC_NACK:
        break;
    case ENQUIRE_LINK:
        answer_header_only(ENQUIRE_LINK_RESP, ESME_ROK, sequence);
        break;
    case BIND_RECEIVER:
    case BIND_TRANSMITTER:
    case BIND_TRANSCEIVER:
        on_bind(session, command, sequence);
        break;
    case UNBIND:
        answer_header_only(UNBIND | RESPONSE, ESME_ROK, sequence);
        session->closing = true;
        break;
    default:
        answer_header_only(GENERIC_NACK, ESME_RINVCMDID, sequence);
    }
}

static void close_session(struct session *session)
{
    close(session->fd);
    discard(&session->partial);
    discard(&session->pending);
    free(session);
}

static void watch(struct session *session, uint32_t events)
{
    if (session->events == events)
        return;
    struct epoll_event event = { .events = events, .data.ptr = session };
    if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, session->fd, &event))
        fail("epoll_ctl");
    session->events = events;
}

/* Octets taken by the socket; all of them are lost on a broken connection, which the next read reports. */
static size_t write_some(struct session *session, const uint8_t *octets, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t n = send(session->fd, octets + done, length - done, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return done;
        if (n < 0) {
            session->closing = true;
            return length;
        }
        done += (size_t)n;
    }
    return done;
}

/* False when the session is gone. */
static bool flush_pending(struct session *session)
{
    struct buffer *pending = &session->pending;
    session->pending_sent +=
        write_some(session, pending->octets + session->pending_sent, pending->length - session->pending_sent);
    if (session->pending_sent < pending->length) {
        bool reading = !session->closing && pending->length - session->pending_sent <= PENDING_LIMIT;
        watch(session, EPOLLOUT | (reading ? (uint32_t)EPOLLIN : 0u));
        return true;
    }
    discard(pending);
    session->pending_sent = 0;
    if (session->closing) {
        close_session(session);
        return false;
    }
    watch(session, EPOLLIN);
    return true;
}

/* Sends what this read has caused.  False when the session is gone. */
static bool send_answers(struct session *session)
{
    append(&responses, receipts.octets, receipts.length);
    receipts.length = 0;
    size_t done = 0;
    if (!session->pending.length)
        done = write_some(session, responses.octets, responses.length);
    append(&session->pending, responses.octets + done, responses.length - done);
    responses.length = 0;
    return flush_pending(session);
}

/* Every whole PDU in octets; how many octets they took. */
static size_t handle_frames(struct session *session, const uint8_t *octets, size_t length)
{
    size_t at = 0;
    while (length - at >= HEADER && !session->closing) {
        uint32_t frame = get_integer(octets + at);
        if (frame < HEADER || frame > FRAME_LIMIT) {
            answer_header_only(GENERIC_NACK, ESME_RINVCMDLEN, get_integer(octets + at + 12));
            session->closing = true;
            break;
        }
        if (length - at < frame)
            break;
        on_pdu(session, octets + at, frame);
        at += frame;
    }
    return at;
}

static void on_readable(struct session *session)
{
    size_t kept = session->partial.length;
    if (kept)
        memcpy(read_buffer, session->partial.octets, kept);
    ssize_t n = recv(session->fd, read_buffer + kept, READ_SIZE, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        close_session(session);
        return;
    }
    if (session->closing)
        return;
    refresh_date();
    size_t length = kept + (size_t)n, used = handle_frames(session, read_buffer, length);
    session->partial.length = 0;
    if (used < length)
        append(&session->partial, read_buffer + used, length - used);
    else if (session->partial.octets)
        discard(&session->partial);
    send_answers(session);
}

static void on_connection(int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct session *session = calloc(1, sizeof *session);
        if (!session)
            fail("out of memory");
        session->fd = fd;
        session->next_sequence = 1;
        session->events = EPOLLIN;
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = session };
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event))
            fail("epoll_ctl");
    }
    if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
        fail("accept");
}

static int listen_on(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        fail("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1024))
        fail("listen");
    return fd;
}

static void write_ready_file(const char *path, int listener)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(listener, (struct sockaddr *)&address, &length))
        fail("getsockname");
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = fopen(temporary, "w");
    if (!file)
        fail(temporary);
    fprintf(file, "{\"smpp\": [\"127.0.0.1:%d\"], \"pid\": %d}\n", ntohs(address.sin_port), (int)getpid());
    if (fclose(file) || rename(temporary, path))
        fail(path);
}

static void on_signal(int number)
{
    (void)number;
    stopping = 1;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "port", required_argument, NULL, 'p' },
        { "ready-file", required_argument, NULL, 'r' },
        { NULL, 0, NULL, 0 },
    };
    int option, port = 0;
    const char *ready_file = NULL;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'p')
            port = atoi(optarg);
        else if (option == 'r')
            ready_file = optarg;
        else
            return 2;
    }
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    int listener = listen_on(port);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event))
        fail("epoll");
    if (ready_file)
        write_ready_file(ready_file, listener);
    while (!stopping) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll_fd, events, 256, -1);
        if (n < 0 && errno != EINTR)
            fail("epoll_wait");
        for (int i = 0; i < n; i++) {
            struct session *session = events[i].data.ptr;
            if (!session)
                on_connection(listener);
            else if ((events[i].events & EPOLLOUT) && !flush_pending(session))
                continue;
            else if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
                on_readable(session);
        }
    }
    return 0;
}
