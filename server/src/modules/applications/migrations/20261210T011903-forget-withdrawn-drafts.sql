set role liaison_owner;

-- As before, and what was withdrawn before it was sent: nobody of the provider ever read it, and once the links to it are over nobody else can.
drop policy tidying on partner_application;
create policy tidying on partner_application for delete to liaison_job
  using ((select access.context_plane()) = 'system' and submitted_at is null and (
    (status = 'draft' and updated_at < statement_timestamp() - case when verified_at is null then interval '1 day' else interval '60 days' end)
    or (status = 'withdrawn' and updated_at < statement_timestamp() - interval '14 days')));
drop policy tidying_read on partner_application;
create policy tidying_read on partner_application for select to liaison_job using ((select access.context_plane()) = 'system' and submitted_at is null and status in ('draft', 'withdrawn'));
grant select (submitted_at) on partner_application to liaison_job;

reset role;
