-- What keeps a large register quick, and what is erased once its retention is over: its data key goes, its row stays.

alter table licences add column erased_at bigint;
create index licences_ended on licences (state_changed_at)
    where erased_at is null and state in ('void', 'revoked', 'cancelled', 'superseded');
create index licences_archived on licences (archived_at) where erased_at is null and archived_at is not null;
