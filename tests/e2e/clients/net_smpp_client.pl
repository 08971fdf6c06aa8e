#!/usr/bin/perl
# Net::SMPP drives: new_connect, bind_*, submit_sm and its PDU decoder. It knows no TLS and no receipt grammar.
# The task and the events are described in __init__.py.

use strict;
use warnings;
use Encode ();
use JSON::PP ();
use Net::SMPP;

my $task = JSON::PP->new->utf8->decode( $ARGV[0] );
my $json = JSON::PP->new->utf8->canonical;
$| = 1;

my $SOURCE       = '447700900001';
my %DESTINATIONS = (
    gsm7    => '447700900101',
    ucs2    => '447700900102',
    udh     => '447700900103',
    sar     => '447700900104',
    payload => '447700900105',
);
my $LONG_TEXT = 'The quick brown fox jumps over the lazy dog and counts: ' . join ' ', 1 .. 89;
my $UCS2_TEXT = "Za\x{17c}\x{f3}\x{142}\x{107} \x{2013} \x{3b4}\x{3bf}\x{3ba}";
my %SEEN      = ( enquire_link => 0, receipt => 0 );
my %WAITING;

sub emit {
    my ( $event, %values ) = @_;
    print $json->encode( { event => $event, %values } ), "\n";
    return;
}

sub fail {
    my ($reason) = @_;
    emit( 'failed', reason => $reason );
    exit 1;
}

local $SIG{ALRM} = sub { fail('out of time') };
alarm $task->{seconds};

my $smpp = Net::SMPP->new_connect(
    $task->{host},
    port      => $task->{port},
    system_id => $task->{system_id},
    password  => $task->{password},
    timeout   => 5,
) or fail("cannot connect: $!");

# The next PDU, after Net::SMPP has decoded it; requests of the SMSC are answered and told.
sub next_pdu {
    my $pdu = $smpp->read_pdu() or fail('the connection was lost');
    my $cmd = $pdu->{cmd};
    if ( $cmd == Net::SMPP::CMD_enquire_link ) {
        $smpp->enquire_link_resp( seq => $pdu->{seq} );
        $SEEN{enquire_link}++;
        emit('enquire_link_received');
    }
    elsif ( $cmd == Net::SMPP::CMD_deliver_sm ) {
        $smpp->deliver_sm_resp( seq => $pdu->{seq}, message_id => '' );
        receipt($pdu);
    }
    elsif ( $cmd == Net::SMPP::CMD_submit_sm_resp ) {
        my $submitted = delete $WAITING{ $pdu->{seq} } or fail("no submit_sm has number $pdu->{seq}");
        emit( 'submitted', %{$submitted}, status => $pdu->{status}, message_id => $pdu->{message_id} );
    }
    return $pdu;
}

sub receipt {
    my ($pdu) = @_;
    my %parts;
    @parts{qw(id sub dlvrd submit_date done_date stat err text)} = $pdu->{short_message} =~ m{
        \A id:(\S+) [ ] sub:(\d{3}) [ ] dlvrd:(\d{3}) [ ] submit[ ]date:(\d{10}) [ ] done[ ]date:(\d{10})
        [ ] stat:([A-Z]{7}) [ ] err:(\w{1,3}) [ ] [Tt]ext:((?:\x1b?[^\x1b]){0,20}) \z
    }xs;
    my $id = $pdu->{receipted_message_id};
    $id = unpack 'Z*', $id if defined $id;
    my $state = $pdu->{message_state};
    $state = unpack 'C', $state if defined $state;
    $SEEN{receipt}++;
    emit(
        'receipt', %parts,
        whole                => $pdu->{short_message},
        receipted_message_id => $id,
        message_state        => $state,
        esm_class            => $pdu->{esm_class},
        source_addr          => $pdu->{source_addr},
        destination_addr     => $pdu->{destination_addr},
    );
    return;
}

sub answer {
    my ($seq) = @_;
    while (1) {
        my $pdu = next_pdu();
        return $pdu if $pdu->{cmd} & 0x80000000 && $pdu->{seq} == $seq;
    }
}

sub bind_session {
    my $method = "bind_$task->{mode}";
    return answer( $smpp->$method( async => 1 ) );
}

sub cut {
    my ($text) = @_;
    return $text =~ /(.{1,150})/gs;
}

sub messages {
    my ($kind) = @_;
    return ( [ short_message => "Price: 5 \x1b<EUR\x1b> \0 noon" ] ) if $kind eq 'gsm7';
    return ( [ short_message => Encode::encode( 'UTF-16BE', $UCS2_TEXT ), data_coding => 8 ] ) if $kind eq 'ucs2';
    return ( [ message_payload => $LONG_TEXT ] ) if $kind eq 'payload';
    my @parts = cut($LONG_TEXT);
    my $total = @parts;
    my $part  = 0;
    if ( $kind eq 'udh' ) {
        return map { [ short_message => pack( 'C6', 5, 0, 3, 42, $total, ++$part ) . $_, esm_class => 0x40 ] } @parts;
    }
    return map {
        [
            short_message      => $_,
            sar_msg_ref_num    => pack( 'n', 43 ),
            sar_total_segments => pack( 'C', $total ),
            sar_segment_seqnum => pack( 'C', ++$part ),
        ]
    } @parts;
}

sub submit {
    my ($kind) = @_;
    my @all    = messages($kind);
    my $part   = 0;
    for my $fields (@all) {
        my $seq = $smpp->submit_sm(
            source_addr_ton     => 1,
            source_addr_npi     => 1,
            source_addr         => $SOURCE,
            dest_addr_ton       => 1,
            dest_addr_npi       => 1,
            destination_addr    => $DESTINATIONS{$kind},
            registered_delivery => 1,
            async               => 1,
            @{$fields},
        );
        $WAITING{$seq} = { kind => $kind, part => ++$part, parts => scalar @all };
    }
    next_pdu() while %WAITING;
    return;
}

my $bound = bind_session();
if ( $bound->{status} ) {
    emit( 'refused', command => $bound->explain_cmd, status => $bound->{status} );
    exit 0;
}
emit( 'bound', command => $bound->explain_cmd, system_id => $bound->{system_id} );
if ( $task->{bind_twice} ) {
    my $second = bind_session();
    emit( 'second_bind', command => $second->explain_cmd, status => $second->{status} );
}
submit($_) for @{ $task->{submit} || [] };
if ( $task->{query} ) {
    my $pdu = answer(
        $smpp->query_sm(
            message_id      => 'no-such-message',
            source_addr_ton => 1,
            source_addr_npi => 1,
            source_addr     => $SOURCE,
            async           => 1,
        )
    );
    emit( 'query_answered', status => $pdu->{status} );
}
if ( $task->{enquire_link} ) {
    answer( $smpp->enquire_link( async => 1 ) );
    emit('enquire_link_answered');
}
next_pdu() while $SEEN{receipt} < ( $task->{receipts} || 0 );
next_pdu() while $task->{await_enquire_link} && !$SEEN{enquire_link};
my $unbound = answer( $smpp->unbind( async => 1 ) );
emit( 'unbound', command => $unbound->explain_cmd, status => $unbound->{status} );
