-- Approved applications for licences, until each has its licence; and the list of licences by their last day.

create table approved_licences (
    application_id {bytes} primary key references applications (application_id),
    due bigint not null,            -- tried again from then; milliseconds since 1970-01-01 UTC
    attempts bigint not null,
    licence_id {bytes} references licences (licence_id),
    problem text                    -- machine code of what keeps it from being minted for good
);
create index approved_licences_due on approved_licences (due) where licence_id is null and problem is null;
create index licences_list_expiry on licences (issuer_code, valid_until, licence_id) where valid_until is not null;
