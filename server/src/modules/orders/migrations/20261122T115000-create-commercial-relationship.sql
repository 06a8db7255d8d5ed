set role liaison_owner;

create table commercial_relationship (
  id uuid primary key default uuidv7(),
  kind text not null check (kind in ('direct', 'resale')),
  tenant_id uuid not null references tenant (id),
  account_id uuid not null,
  seller_partner_id uuid references partner (id),
  payer_tenant_id uuid not null references tenant (id),
  payer_account_id uuid not null,
  agreement_reference text check (char_length(agreement_reference) between 1 and 100),
  status text not null default 'active' check (status in ('active', 'suspended', 'ended')),
  starts_at timestamptz not null default now(),
  ends_at timestamptz check (ends_at > starts_at),
  version integer not null default 1,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (tenant_id, account_id) references billing_account (tenant_id, id),
  foreign key (payer_tenant_id, payer_account_id) references billing_account (tenant_id, id),
  unique (tenant_id, id),
  check (case kind
    when 'direct' then seller_partner_id is null and payer_tenant_id = tenant_id
    else seller_partner_id is not null and payer_tenant_id <> tenant_id and agreement_reference is not null end)
);
comment on table commercial_relationship is 'Who pays for what belongs to a billing account: the tenant itself, or the wholesaler who sells to it. Independent of every delegation.';
comment on column commercial_relationship.account_id is 'The billing account that owns the resources.';
comment on column commercial_relationship.payer_account_id is 'The billing account that is charged for them.';
create unique index commercial_relationship_one_active on commercial_relationship (tenant_id, account_id) where status = 'active';
create index on commercial_relationship (seller_partner_id);
create index on commercial_relationship (payer_tenant_id);
call private.protect('commercial_relationship');
create trigger set_updated_at before update on commercial_relationship for each row execute function private.set_updated_at();
call private.audit_changes('commercial_relationship', true);

create policy provider_side on commercial_relationship to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant select, insert, update on commercial_relationship to liaison_platform;
create policy seller_side on commercial_relationship for select to liaison_program, liaison_delegate using (seller_partner_id = (select access.own_partner()));
create policy reached on commercial_relationship for select to liaison_delegate, liaison_tenant using (
  tenant_id in (select access.reach('commercial_relationship', 'select'))
  and ((select access.context_id('account_id')) is null or account_id = (select access.context_id('account_id'))));
grant select on commercial_relationship to liaison_program, liaison_delegate, liaison_tenant;

reset role;
