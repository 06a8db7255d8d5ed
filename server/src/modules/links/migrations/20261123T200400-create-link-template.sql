set role liaison_owner;

create table link_template (
  id uuid primary key default uuidv7(),
  partner_id uuid not null references partner (id),
  name text not null check (char_length(name) between 1 and 100),
  terms jsonb not null check (jsonb_typeof(terms) = 'object' and octet_length(terms::text) <= 32768),
  version integer not null default 1,
  created_by_name text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table link_template is 'What a partner asks new customers for, kept to be asked again. It opens nothing: what is asked for is checked anew whenever it is used.';
create unique index link_template_one_name on link_template (partner_id, lower(name));
call private.protect('link_template');
create trigger set_updated_at before update on link_template for each row execute function private.set_updated_at();
call private.audit_changes('link_template', false);
create policy partner_side on link_template to liaison_program
  using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
grant select, delete, insert (partner_id, name, terms, created_by_name), update (name, terms, version) on link_template to liaison_program;

create index on link_request_sent (partner_id, requested_at);

reset role;
