-- Statistics: counts by day and by month, folded from events. Each row says how many, never who.

create table statistics (
    span text not null,             -- day or month
    period text not null,           -- YYYY-MM-DD or YYYY-MM, Beijing time
    organisation text not null,
    division text not null,
    type_code text not null,        -- empty where the event had none
    measure text not null,
    total bigint not null,
    constraint statistics_key primary key (span, period, organisation, division, type_code, measure)
);
create index statistics_organisation on statistics (span, organisation, period);
