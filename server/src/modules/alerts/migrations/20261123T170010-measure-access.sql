set role liaison_owner;

create table partner_access_hour (
  partner_id uuid not null references partner (id),
  hour timestamptz not null,
  requests bigint not null check (requests >= 0),
  primary key (partner_id, hour)
);
comment on table partner_access_hour is 'How much of tenants'' data a partner asked for in each hour of the last 29 days: what unusual access is measured against. Made from the audit log, which stays the record.';
call private.protect('partner_access_hour');
create policy evaluating on partner_access_hour to liaison_authz using (true) with check (true);
grant insert, update, delete on partner_access_hour to liaison_authz;

create table partner_export_network (
  partner_id uuid not null references partner (id),
  network cidr not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (partner_id, network)
);
comment on table partner_export_network is 'From which networks a partner took exports: /16 of IPv4, /32 of IPv6, which stand for their operator where no register of operators is at hand.';
call private.protect('partner_export_network');
create policy evaluating on partner_export_network to liaison_authz using (true) with check (true);
grant insert, update, delete on partner_export_network to liaison_authz;

create table alert_evaluation (
  area text primary key check (area in ('sla', 'billing', 'access')),
  evaluated_at timestamptz not null
);
comment on table alert_evaluation is 'When the alerts of each area were last brought up to date; the metrics tell its age.';
call private.protect('alert_evaluation');
create policy evaluating on alert_evaluation to liaison_authz using (true) with check (true);
grant insert, update on alert_evaluation to liaison_authz;
grant select on tenant_of_group to liaison_authz;

reset role;
