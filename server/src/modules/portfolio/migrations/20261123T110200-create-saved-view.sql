set role liaison_owner;

create table saved_view (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  person_id uuid not null references person (id),
  screen text not null check (screen in ('board', 'links', 'invoices', 'tickets', 'alerts')),
  name text not null check (char_length(name) between 1 and 100),
  settings jsonb not null check (jsonb_typeof(settings) = 'object' and octet_length(settings::text) <= 8192),
  is_default boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table saved_view is 'How one person likes to look at a screen: filters, columns, order. It opens nothing; what it names is asked for anew whenever it is used.';
create unique index saved_view_one_name on saved_view (person_id, partner_id, screen, lower(name));
create unique index saved_view_one_default on saved_view (person_id, partner_id, screen) where is_default;
create index on saved_view (partner_id);
call private.protect('saved_view');
create trigger set_updated_at before update on saved_view for each row execute function private.set_updated_at();
call private.audit_changes('saved_view', false);
create policy own_views on saved_view to liaison_program
  using (partner_id = (select access.own_partner()) and person_id = (select access.context_id('actor_id')))
  with check (partner_id = (select access.own_partner()) and person_id = (select access.context_id('actor_id')));
grant select, delete, insert (partner_id, person_id, screen, name, settings, is_default), update (name, settings, is_default, version) on saved_view to liaison_program;

create table tenant_pin (
  person_id uuid not null references person (id),
  partner_id uuid not null references partner (id),
  tenant_id uuid not null references tenant (id),
  pinned_at timestamptz not null default now(),
  primary key (person_id, partner_id, tenant_id)
);
comment on table tenant_pin is 'The tenants that a person keeps at the top of the switcher. A pin opens nothing.';
create index on tenant_pin (partner_id);
create index on tenant_pin (tenant_id);
call private.protect('tenant_pin');
call private.audit_changes('tenant_pin', false);
create policy own_pins on tenant_pin to liaison_program
  using (partner_id = (select access.own_partner()) and person_id = (select access.context_id('actor_id')))
  with check (partner_id = (select access.own_partner()) and person_id = (select access.context_id('actor_id')));
grant select, delete, insert (person_id, partner_id, tenant_id) on tenant_pin to liaison_program;

reset role;
