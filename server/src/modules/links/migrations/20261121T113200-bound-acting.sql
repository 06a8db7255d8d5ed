set role liaison_owner;

alter table tenant_partner_policy add column acting_minutes integer not null default 60 check (acting_minutes between 5 and 60);
comment on column tenant_partner_policy.acting_minutes is 'How long somebody who came in to act may stay before coming in again.';

reset role;
set role liaison_authz;

-- The partner's side knows no rules of the tenant; this one it must, to tell its people when their time ends.
create function access.acting_minutes() returns integer
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce((select p.acting_minutes from public.tenant_partner_policy p where p.tenant_id = access.context_id('tenant_id')), 60)
  where access.context_plane() = 'delegation'
$$;
grant execute on function access.acting_minutes() to liaison_delegate;

reset role;
