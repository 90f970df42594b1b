-- Who is told of events, and what was told. Addresses and secrets are sealed; what is told is made anew from the event each time.

create table subscriptions (
    subscription_id text primary key,
    organisation text not null,
    channel text not null,
    filter text not null,           -- JSON: kinds and types
    owner text not null,            -- pseudonymous id of who made it
    created_at bigint not null,
    data_key {bytes} not null,      -- wrapped by the master key
    target {bytes} not null,        -- sealed: address
    secrets {bytes} not null        -- sealed: secrets of signatures, newest first
);
create index subscriptions_list on subscriptions (organisation, created_at, subscription_id);

-- How a holder wants to be told by an organisation.
create table contacts (
    contact_id text primary key,
    organisation text not null,
    holder_key {bytes} not null,    -- keyed hash of code type and code
    channel text not null,
    created_at bigint not null,
    data_key {bytes} not null,
    address {bytes} not null,       -- sealed
    constraint contacts_holder unique (holder_key, organisation, channel)
);

create table deliveries (
    delivery_id text primary key,
    lane text not null,             -- deliveries of one lane go out one after another
    recipient text not null,        -- a subscription or a contact
    to_holder bigint not null,      -- 1: a contact
    channel text not null,
    organisation text not null,
    position bigint not null,       -- of the event
    kind text not null,
    state text not null,
    attempts bigint not null,
    last_error text,                -- names nobody
    created_at bigint not null,
    finished_at bigint,
    constraint deliveries_once unique (recipient, position)
);
create index deliveries_next on deliveries (lane, position) where state = 'waiting';
create index deliveries_list on deliveries (organisation, state, created_at, delivery_id);
create index deliveries_all on deliveries (organisation, created_at, delivery_id);
create index deliveries_finished on deliveries (finished_at) where state = 'delivered';

-- A lane with something to deliver. Whoever holds its lease delivers, nobody else does.
create table lanes (
    lane text primary key,
    due bigint not null,
    owner text not null,
    fence bigint not null,
    lease_until bigint not null
);
create index lanes_due on lanes (due);
