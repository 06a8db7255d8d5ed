set role liaison_owner;

create policy forgetting on access_explanation for delete to liaison_job using (ends_at <= statement_timestamp());
create policy forgetting_read on access_explanation for select to liaison_job using (ends_at <= statement_timestamp());
grant select (id, ends_at), delete on access_explanation to liaison_job;

reset role;
