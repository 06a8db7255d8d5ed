set role liaison_owner;

create table role_permission (
  plane text not null check (plane in ('platform', 'program', 'tenant')),
  role text not null,
  mask bit(256) not null,
  primary key (plane, role)
);
comment on table role_permission is 'What each membership role may do, written by the migrate command from the code.';
call private.protect('role_permission');

create table state_transition (
  entity text not null,
  from_state text not null,
  to_state text not null,
  action text not null,
  actor_kind text not null check (actor_kind in ('partner', 'tenant', 'provider', 'requester', 'decider', 'clock', 'end_user', 'vendor', 'finance')),
  primary key (entity, from_state, to_state, action, actor_kind)
);
comment on table state_transition is 'Every legal move of every state machine: read by the trigger that enforces it, the API, the docs and the tests.';
call private.protect('state_transition');
create policy catalogue on state_transition for select to public using (true);
grant select on state_transition to public;

create table delegation (
  id uuid primary key default uuidv7(),
  tenant_id uuid not null references tenant (id),
  partner_id uuid references partner (id),
  kind text not null check (kind in ('link', 'consent', 'resale', 'form_token')),
  status text not null check (status in ('requested', 'approved', 'active', 'suspended', 'expired', 'revoked', 'declined', 'withdrawn', 'lapsed')),
  status_reason text,
  status_changed_at timestamptz not null default now(),
  status_changed_by uuid,
  status_changed_by_side text check (status_changed_by_side in ('partner', 'tenant', 'provider', 'clock')),
  role_mask bit(256) not null,
  mask bit(256) not null,
  has_timed_overrides boolean not null default false,
  elevation_required boolean not null default false,
  own_accounts_only boolean not null default false,
  own_accounts_since timestamptz,
  conditions jsonb not null default '{}',
  has_conditions boolean generated always as (conditions <> '{}') stored,
  starts_at timestamptz not null default now(),
  ends_at timestamptz,
  review_stops_at timestamptz,
  epoch integer not null default 1,
  billing_party text not null default 'tenant' check (billing_party in ('tenant', 'partner', 'split')),
  requested_by uuid,
  requested_at timestamptz not null default now(),
  approved_by uuid,
  approved_by_name text,
  approved_at timestamptz,
  approval_basis text check (approval_basis in ('tenant_approval', 'partner_acceptance', 'operator_attested')),
  approval_snapshot jsonb,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (partner_id, tenant_id, id),
  check (ends_at > starts_at),
  check (status not in ('approved', 'active', 'suspended') or approved_at is not null)
);
comment on table delegation is 'The one record by which a tenant lets somebody in.';
comment on column delegation.review_stops_at is 'The first instant at which a review that nobody made stops the delegation: 30 days after link.review_due_at. Kept by a trigger, so that the one rule of what is in force needs no second table.';
comment on column delegation.role_mask is 'The permissions of the role at its pinned version, within the ceiling.';
comment on column delegation.mask is 'role_mask with the overrides that have no end applied; read when has_timed_overrides is false.';
comment on column delegation.elevation_required is 'No standing write: the sensitive permissions of mask count only in an elevation. Derived by a trigger from the conditions of the link and of the tenant.';
comment on column delegation.own_accounts_only is 'The link opens rows of the partner''s own accounts alone (partner_account), and nothing that works on all of the tenant (B18). mask is what it would open without this.';
comment on column delegation.own_accounts_since is 'Since when own_accounts_only holds, kept by a trigger: files made before it stay closed.';
comment on column delegation.epoch is 'Raised by every narrowing: a token that names an older epoch is stale.';
comment on column delegation.ends_at is 'The first instant at which the delegation no longer holds.';
create index delegation_by_partner on delegation (partner_id, tenant_id) include (status, starts_at, ends_at, mask);
create index delegation_by_tenant on delegation (tenant_id, partner_id);
call private.protect('delegation');
create trigger set_updated_at before update on delegation for each row execute function private.set_updated_at();
call private.audit_changes('delegation', true);

create table link (
  id uuid primary key,
  tenant_id uuid not null,
  partner_id uuid not null,
  relationship_type text not null check (relationship_type in ('msp_managed', 'enterprise_subsidiary', 'reseller_channel', 'audit_only')),
  access_role text not null check (access_role in ('msp_full', 'msp_billing', 'msp_support', 'enterprise_hq', 'auditor', 'reseller', 'delegate')),
  role_version integer not null default 1,
  initiated_by text not null check (initiated_by in ('partner', 'tenant', 'provider')),
  request_message text check (char_length(request_message) <= 2000),
  request_expires_at timestamptz not null default now() + interval '30 days',
  auto_renew_days integer not null default 0 check (auto_renew_days in (0, 180)),
  review_due_at timestamptz,
  sla_response_hours integer check (sla_response_hours between 1 and 720),
  sla_uptime_target numeric(5, 2) check (sla_uptime_target between 0 and 100),
  notify_on_sla_breach boolean not null default true,
  notify_on_billing_threshold boolean not null default true,
  billing_alert_threshold_minor bigint check (billing_alert_threshold_minor > 0),
  billing_alert_currency text check (billing_alert_currency ~ '^[A-Z]{3}$'),
  notes_partner text,
  notes_tenant text,
  metadata jsonb not null default '{}',
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamptz,
  first_accepted jsonb,
  foreign key (partner_id, tenant_id, id) references delegation (partner_id, tenant_id, id),
  unique (partner_id, tenant_id, id),
  check (auto_renew_days = 0 or access_role <> 'msp_full')
);
comment on column link.first_approved_by is 'The first of two approvers, where the tenant asks for two.';
comment on table link is 'What is particular to a delegation from a tenant to a partner organisation, used by its people.';
create index on link (tenant_id);
call private.protect('link');
call private.audit_changes('link', true);

create table link_override (
  id uuid primary key default uuidv7(),
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  pattern text not null,
  effect text not null check (effect in ('grant', 'deny')),
  mask bit(256) not null,
  reason text,
  expires_at timestamptz,
  set_by_side text not null check (set_by_side in ('partner', 'tenant', 'provider')),
  created_at timestamptz not null default now(),
  foreign key (partner_id, tenant_id, link_id) references link (partner_id, tenant_id, id),
  unique (link_id, pattern, effect)
);
create index on link_override (tenant_id);
call private.protect('link_override');
call private.audit_changes('link_override', true);

create table link_member (
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  member_id uuid not null,
  person_id uuid not null references person (id),
  role text,
  mask bit(256) not null,
  ends_at timestamptz,
  assigned_by uuid,
  assigned_at timestamptz not null default now(),
  elevation_id uuid,
  elevated_mask bit(256),
  elevated_from timestamptz,
  elevated_until timestamptz,
  primary key (link_id, member_id),
  foreign key (partner_id, tenant_id, link_id) references link (partner_id, tenant_id, id),
  foreign key (partner_id, member_id) references partner_member (partner_id, id),
  check (num_nulls(elevation_id, elevated_mask, elevated_from, elevated_until) in (0, 4))
);
comment on table link_member is 'The people of a partner who may use a link. No assignment, no access, owners included.';
comment on column link_member.mask is 'The permissions of the person''s own role in this link; all bits when it is the role of the link.';
comment on column link_member.elevated_until is 'While this lies ahead the person also has elevated_mask, within the ceiling and minus what is denied; kept by the elevations module alone.';
create index link_member_by_person on link_member (person_id, link_id);
create index on link_member (tenant_id);
call private.protect('link_member');
call private.audit_changes('link_member', true);

create table link_change_request (
  id uuid primary key default uuidv7(),
  link_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid not null,
  status text not null default 'waiting' check (status in ('waiting', 'approved', 'declined', 'withdrawn', 'lapsed')),
  proposal jsonb not null,
  difference jsonb not null,
  reason text,
  requested_by uuid not null,
  requested_by_name text not null,
  requested_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '30 days',
  decided_by uuid,
  decided_at timestamptz,
  foreign key (partner_id, tenant_id, link_id) references link (partner_id, tenant_id, id)
);
comment on table link_change_request is 'A widening that waits for the tenant; until then the old rights continue.';
create index on link_change_request (tenant_id, status);
create index on link_change_request (partner_id, status);
call private.protect('link_change_request');
call private.audit_changes('link_change_request', true);

create table delegation_history (
  delegation_id uuid not null,
  tenant_id uuid not null,
  partner_id uuid,
  changed_at timestamptz not null default clock_timestamp(),
  version integer not null,
  event text not null,
  detail jsonb not null default '{}',
  primary key (delegation_id, version, changed_at)
);
comment on table delegation_history is 'Every change of a delegation; append-only.';
create index on delegation_history (tenant_id);
call private.protect('delegation_history');
create trigger append_only before update or delete on delegation_history for each row execute function private.refuse_change();

create table access_freeze (
  id uuid primary key default uuidv7(),
  scope text not null check (scope in ('platform', 'partner', 'tenant', 'delegation', 'person')),
  partner_id uuid references partner (id),
  tenant_id uuid references tenant (id),
  delegation_id uuid references delegation (id),
  person_id uuid references person (id),
  set_by uuid not null,
  set_by_name text not null,
  set_by_side text not null check (set_by_side in ('partner', 'tenant', 'provider')),
  reason text,
  created_at timestamptz not null default now(),
  lift_asked_by uuid,
  lift_asked_at timestamptz,
  lifted_by uuid,
  lifted_at timestamptz,
  lift_reason text,
  check ((lifted_at is null) = (lifted_by is null)),
  check (lifted_at is null or lift_reason is not null),
  check (lifted_at is null or not (scope = 'platform' or (scope = 'tenant' and set_by_side = 'tenant')) or (lift_asked_by is not null and lift_asked_by <> lifted_by)),
  check (case scope when 'platform' then num_nonnulls(partner_id, tenant_id, delegation_id, person_id) = 0
    when 'partner' then partner_id is not null and num_nonnulls(delegation_id, person_id) = 0
    when 'tenant' then tenant_id is not null and num_nonnulls(partner_id, delegation_id, person_id) = 0
    when 'delegation' then num_nonnulls(delegation_id, partner_id, tenant_id) = 3 and person_id is null
    when 'person' then person_id is not null end)
);
comment on table access_freeze is 'A break-glass block. It holds while lifted_at is null; the platform-wide one, and that of a tenant over all partners, need a second person to lift.';
comment on column access_freeze.tenant_id is 'With scope partner: the tenant that shut this partner out; null when the provider or the partner itself froze all of it.';
create index access_freeze_in_force on access_freeze (scope) where lifted_at is null;
create index on access_freeze (tenant_id);
create index on access_freeze (partner_id);
call private.protect('access_freeze');
call private.audit_changes('access_freeze', false);

create table access_explanation (
  id uuid primary key default uuidv7(),
  created_at timestamptz not null default now(),
  ends_at timestamptz not null default now() + interval '30 days',
  person_id uuid,
  partner_id uuid,
  tenant_id uuid,
  permission text not null,
  code text not null,
  decision jsonb not null
);
comment on table access_explanation is 'A decision as it was, kept 30 days, so that a refusal can be opened by the person, the partner, the tenant or support.';
create index on access_explanation (ends_at);
call private.protect('access_explanation');
create policy recording on access_explanation for insert to liaison_guard with check (true);
grant insert on access_explanation to liaison_guard;
create policy platform_view on access_explanation for select to liaison_platform using ((select access.context_plane()) = 'platform');
create policy partner_view on access_explanation for select to liaison_program, liaison_delegate using (partner_id = (select access.context_id('partner_id')));
create policy tenant_view on access_explanation for select to liaison_tenant using (tenant_id in (select access.reach('access_explanation', 'select')));
grant select on access_explanation to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;
create policy own_insert on access_explanation for insert to liaison_platform, liaison_program, liaison_delegate, liaison_tenant with check ((select access.context_plane()) is not null);
grant insert on access_explanation to liaison_platform, liaison_program, liaison_delegate, liaison_tenant;

reset role;
