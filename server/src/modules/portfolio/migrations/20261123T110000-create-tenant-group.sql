set role liaison_owner;

create table tenant_group (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  name text not null check (char_length(name) between 1 and 100),
  description text check (char_length(description) <= 500),
  kind text not null check (kind in ('all', 'chosen')),
  version integer not null default 1,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (partner_id, id)
);
comment on table tenant_group is 'A partner''s own label for some of its tenants, such as "with contract". A group opens nothing: it only narrows what is reached.';
comment on column tenant_group.kind is 'all: every tenant that the partner is linked with, also later ones, but for those it excludes. chosen: those that it names.';
create unique index tenant_group_one_name on tenant_group (partner_id, lower(name));
call private.protect('tenant_group');
create trigger set_updated_at before update on tenant_group for each row execute function private.set_updated_at();
call private.audit_changes('tenant_group', false);

create table tenant_group_entry (
  group_id uuid not null,
  partner_id uuid not null,
  tenant_id uuid not null references tenant (id),
  effect text not null check (effect in ('include', 'exclude')),
  primary key (group_id, tenant_id),
  foreign key (partner_id, group_id) references tenant_group (partner_id, id) on delete cascade
);
comment on table tenant_group_entry is 'The tenants that a group names: those in it, or those that a group of all leaves out.';
create index on tenant_group_entry (partner_id, tenant_id);
create index on tenant_group_entry (tenant_id);
call private.protect('tenant_group_entry');
call private.audit_changes('tenant_group_entry', false);

create policy partner_side on tenant_group to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy partner_side_read on tenant_group for select to liaison_delegate using (partner_id = (select access.own_partner()));
create policy clock on tenant_group for select to liaison_job using ((select access.context_plane()) = 'system');
grant select, delete, insert (partner_id, name, description, kind, created_by, created_by_name), update (name, description, version) on tenant_group to liaison_program;
grant select on tenant_group to liaison_delegate, liaison_job;
create policy partner_side on tenant_group_entry to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy partner_side_read on tenant_group_entry for select to liaison_delegate using (partner_id = (select access.own_partner()));
create policy clock on tenant_group_entry for select to liaison_job using ((select access.context_plane()) = 'system');
grant select, insert, delete on tenant_group_entry to liaison_program;
grant select on tenant_group_entry to liaison_delegate, liaison_job;

-- The tenants of each group as they are now, exclusions applied. A request that its tenant has not answered is in no group, so that asking
-- tells nothing about who is a tenant.
create view tenant_of_group with (security_invoker = true) as
select g.id as group_id, g.partner_id, t.tenant_id
from tenant_group g
cross join lateral (
  select distinct d.tenant_id from delegation d
  where d.partner_id = g.partner_id and d.kind = 'link' and d.status in ('approved', 'active', 'suspended', 'expired', 'revoked')
) t
where case g.kind
  when 'all' then not exists (select from tenant_group_entry e where e.group_id = g.id and e.tenant_id = t.tenant_id and e.effect = 'exclude')
  else exists (select from tenant_group_entry e where e.group_id = g.id and e.tenant_id = t.tenant_id and e.effect = 'include') end;
comment on view tenant_of_group is 'Reads under the rights and row policies of whoever asks.';
grant select on tenant_of_group to liaison_program, liaison_delegate, liaison_job;

reset role;
