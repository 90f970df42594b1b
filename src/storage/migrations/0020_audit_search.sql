-- What audit lines are searched by; copied out of the line when it is written, and compared with it when the log is verified.

alter table audit_lines add column action text;      -- null until an earlier program's line was looked at
alter table audit_lines add column actor text;
alter table audit_lines add column department text;
alter table audit_lines add column subject text;
create index audit_lines_time on audit_lines (at, line_id);
create index audit_lines_action on audit_lines (action, at, line_id);
create index audit_lines_actor on audit_lines (actor, at, line_id);
create index audit_lines_department on audit_lines (department, at, line_id);
create index audit_lines_subject on audit_lines (subject, at, line_id) where subject is not null;
create index audit_lines_unsorted on audit_lines (at) where action is null;
