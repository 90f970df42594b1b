-- Events: written with the transaction they tell of, numbered afterwards, then folded into deliveries and statistics. No event names a person.

create table events (
    event_id {bytes} primary key,
    at bigint not null,
    line text not null,             -- JSON of the event
    position bigint,                -- given afterwards, from 1 without gaps, in the order in which they became permanent
    constraint events_position unique (position)
);
create index events_waiting on events (at) where position is null;

-- How far each reader of the events has come; moved in the transaction of what it made from them.
create table watermarks (
    name text primary key,
    position bigint not null
);
