set role liaison_owner;

alter table tenant_partner_policy drop constraint tenant_partner_policy_who_may_ask_check;
alter table tenant_partner_policy add constraint tenant_partner_policy_who_may_ask_check check (who_may_ask in ('any', 'listed', 'unlisted', 'none')),
  add column sends_digest boolean not null default true;
comment on column tenant_partner_policy.who_may_ask is 'Whose requests arrive: everybody''s, those of the listed partners, those of all but the listed partners, nobody''s.';
comment on column tenant_partner_policy.sends_digest is 'Whether the admins get a mail each Monday about what partners did in the week before.';
create policy clock_reads on tenant_partner_policy for select to liaison_job using ((select access.context_plane()) = 'system');
grant select (tenant_id, sends_digest) on tenant_partner_policy to liaison_job;

-- The networks from which a partner itself lets its people work in tenants. It narrows every link of the partner.
create table partner_network_rule (
  partner_id uuid primary key references partner (id),
  ip_mode text not null default 'off' check (ip_mode in ('off', 'monitor', 'enforce')),
  ip_allow text[] not null default '{}' check (cardinality(ip_allow) <= 200),
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  check (ip_mode <> 'enforce' or cardinality(ip_allow) > 0)
);
comment on table partner_network_rule is 'The networks from which a partner lets its people work; combined with those of the tenant and of the link, an address must be on every enforced list.';
call private.protect('partner_network_rule');
create policy partner_side on partner_network_rule to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
grant select, insert, update on partner_network_rule to liaison_program;
create trigger set_updated_at before update on partner_network_rule for each row execute function private.set_updated_at();
create trigger announced after insert or update on partner_network_rule for each row execute function private.announce_access('partner_id=partner_id');
call private.audit_changes('partner_network_rule', false);

reset role;
