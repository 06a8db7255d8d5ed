-- What one person of the provider's support asked to see of one tenant for a case, and what the tenant said. The delegation of the same id is what lets anybody in.
create table public.assisted_access (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  partner_id uuid,
  person_id uuid not null,
  person_name text not null,
  case_number text not null,
  reason text not null,
  duration_minutes integer not null default 60,
  status text not null default 'requested'::text,
  basis text not null default 'asked'::text,
  requested_at timestamp with time zone not null default now(),
  answer_by timestamp with time zone not null default (now() + '24:00:00'::interval),
  first_approved_by uuid,
  first_approved_by_name text,
  first_approved_at timestamp with time zone,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamp with time zone,
  started_at timestamp with time zone,
  ends_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by_side text,
  ended_by_name text,
  end_reason text,
  constraint assisted_access_basis_check CHECK ((basis = ANY (ARRAY['asked'::text, 'standing'::text]))),
  constraint assisted_access_case_number_check CHECK (((char_length(case_number) >= 1) AND (char_length(case_number) <= 64))),
  constraint assisted_access_check CHECK (((started_at IS NULL) = (ends_at IS NULL))),
  constraint assisted_access_check1 CHECK ((ends_at <= (started_at + '08:00:00'::interval))),
  constraint assisted_access_check2 CHECK (((status <> ALL (ARRAY['active'::text, 'ended'::text])) OR (started_at IS NOT NULL))),
  constraint assisted_access_check3 CHECK (((ended_at IS NULL) = (status = ANY (ARRAY['requested'::text, 'active'::text])))),
  constraint assisted_access_duration_minutes_check CHECK (((duration_minutes >= 5) AND (duration_minutes <= 480))),
  constraint assisted_access_end_reason_check CHECK ((char_length(end_reason) <= 500)),
  constraint assisted_access_ended_by_side_check CHECK ((ended_by_side = ANY (ARRAY['tenant'::text, 'provider'::text, 'clock'::text]))),
  constraint assisted_access_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint assisted_access_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id),
  constraint assisted_access_pkey PRIMARY KEY (id),
  constraint assisted_access_reason_check CHECK (((char_length(reason) >= 10) AND (char_length(reason) <= 500))),
  constraint assisted_access_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'active'::text, 'ended'::text, 'declined'::text, 'withdrawn'::text, 'lapsed'::text]))),
  constraint assisted_access_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint assisted_access_tenant_id_id_key UNIQUE (tenant_id, id)
);
CREATE INDEX assisted_access_open ON public.assisted_access USING btree (LEAST(answer_by, COALESCE(ends_at, 'infinity'::timestamp with time zone))) WHERE (status = ANY (ARRAY['requested'::text, 'active'::text]));
CREATE INDEX assisted_access_partner_id_requested_at_idx ON public.assisted_access USING btree (partner_id, requested_at DESC) WHERE (partner_id IS NOT NULL);
CREATE INDEX assisted_access_requested_at_idx ON public.assisted_access USING btree (requested_at DESC);
CREATE INDEX assisted_access_tenant_id_requested_at_idx ON public.assisted_access USING btree (tenant_id, requested_at DESC);
CREATE UNIQUE INDEX assisted_access_once ON public.assisted_access USING btree (tenant_id, person_id) WHERE (status = ANY (ARRAY['requested'::text, 'active'::text]));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.assisted_access FOR EACH ROW WHEN ((new.person_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('person_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.assisted_access FOR EACH ROW WHEN (((new.first_approved_by_name IS DISTINCT FROM old.first_approved_by_name) OR (new.decided_by_name IS DISTINCT FROM old.decided_by_name) OR (new.ended_by_name IS DISTINCT FROM old.ended_by_name))) EXECUTE FUNCTION private.act_in_own_name('first_approved_by_name', 'decided_by_name', 'ended_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.assisted_access REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.assisted_access REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.assisted_access REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_assisted BEFORE INSERT OR UPDATE ON public.assisted_access FOR EACH ROW EXECUTE FUNCTION private.enforce_assisted();
CREATE TRIGGER follow_assisted_delegation AFTER UPDATE OF status ON public.assisted_access FOR EACH ROW WHEN ((new.status <> old.status)) EXECUTE FUNCTION private.follow_assisted_delegation();
CREATE TRIGGER give_assisted_delegation BEFORE INSERT ON public.assisted_access FOR EACH ROW EXECUTE FUNCTION private.give_assisted_delegation();
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.assisted_access FOR EACH ROW WHEN (((new.first_approved_by IS DISTINCT FROM old.first_approved_by) OR (new.decided_by IS DISTINCT FROM old.decided_by))) EXECUTE FUNCTION private.act_as_oneself('first_approved_by', 'decided_by');
alter table public.assisted_access enable row level security, force row level security;
create policy assisting on public.assisted_access for select to liaison_owner
  using (true);
create policy clock on public.assisted_access for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.assisted_access for select to liaison_authz
  using (true);
create policy partner_side on public.assisted_access for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.assisted_access for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.assisted_access for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.assisted_access to liaison_authz;
grant select on public.assisted_access to liaison_job;
grant select on public.assisted_access to liaison_platform;
grant select on public.assisted_access to liaison_tenant;
grant update (status, ended_at, ended_by_side) on public.assisted_access to liaison_job;
grant insert (tenant_id, partner_id, person_id, person_name, case_number, reason, duration_minutes) on public.assisted_access to liaison_platform;
grant update (status, ended_at, ended_by_side, ended_by_name, end_reason) on public.assisted_access to liaison_platform;
grant select (id, tenant_id, partner_id, person_name, case_number, status, requested_at, answer_by, started_at, ends_at, ended_at) on public.assisted_access to liaison_program;
grant update (status, first_approved_by, first_approved_by_name, first_approved_at, decided_by, decided_by_name, decided_at, ended_at, ended_by_side, ended_by_name, end_reason) on public.assisted_access to liaison_tenant;

-- Whether a tenant is asked each time before the provider's support looks at its data, lets it in beforehand, or lets it ask for nothing. Without a row it is asked.
create table public.assisted_rule (
  tenant_id uuid not null,
  mode text not null,
  set_by uuid not null,
  set_by_name text not null,
  set_at timestamp with time zone not null default now(),
  constraint assisted_rule_mode_check CHECK ((mode = ANY (ARRAY['ask'::text, 'allow'::text, 'refuse'::text]))),
  constraint assisted_rule_pkey PRIMARY KEY (tenant_id),
  constraint assisted_rule_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint require_refused_ended TRIGGER DEFERRABLE INITIALLY DEFERRED
);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.assisted_rule FOR EACH ROW WHEN ((new.set_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.assisted_rule FOR EACH ROW WHEN ((new.set_by_name IS DISTINCT FROM old.set_by_name)) EXECUTE FUNCTION private.act_in_own_name('set_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.assisted_rule REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.assisted_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.assisted_rule REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_assisted_rule BEFORE INSERT OR UPDATE ON public.assisted_rule FOR EACH ROW EXECUTE FUNCTION private.enforce_assisted_rule();
CREATE CONSTRAINT TRIGGER require_refused_ended AFTER INSERT OR UPDATE ON public.assisted_rule DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION private.require_refused_ended();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.assisted_rule FOR EACH ROW WHEN ((new.set_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('set_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.assisted_rule FOR EACH ROW WHEN ((new.set_by IS DISTINCT FROM old.set_by)) EXECUTE FUNCTION private.act_as_oneself('set_by');
alter table public.assisted_rule enable row level security, force row level security;
create policy assisting on public.assisted_rule for select to liaison_owner
  using (true);
create policy deciding on public.assisted_rule for select to liaison_authz
  using (true);
create policy provider_side on public.assisted_rule for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.assisted_rule for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.assisted_rule to liaison_authz;
grant select on public.assisted_rule to liaison_platform;
grant select on public.assisted_rule to liaison_tenant;
grant insert (tenant_id, mode, set_by, set_by_name) on public.assisted_rule to liaison_tenant;
grant update (mode, set_by, set_by_name, set_at) on public.assisted_rule to liaison_tenant;

-- owner: liaison_authz
create view access.assisted_invoice with (security_barrier=true) as
 SELECT r.delegation_id,
    i.id,
    i.number,
    i.issued_on,
    i.due_on,
    i.status,
    i.currency,
    i.total_minor,
    i.paid_minor,
    i.balance_minor
   FROM (access.assisted_reach() r(delegation_id, tenant_id)
     JOIN public.invoice i ON ((i.tenant_id = r.tenant_id)));
grant select on access.assisted_invoice to liaison_platform;

-- owner: liaison_authz
create view access.assisted_order with (security_barrier=true) as
 SELECT r.delegation_id,
    o.id,
    o.ban,
    o.status,
    o.status_reason,
    o.reference,
    o.requested_on,
    o.currency,
    o.once_total_minor,
    o.monthly_total_minor,
    o.placed_at
   FROM (access.assisted_reach() r(delegation_id, tenant_id)
     JOIN public.service_order o ON ((o.tenant_id = r.tenant_id)));
grant select on access.assisted_order to liaison_platform;

-- owner: liaison_authz
create view access.assisted_payment with (security_barrier=true) as
 SELECT r.delegation_id,
    p.id,
    p.invoice_id,
    p.amount_minor,
    p.currency,
    p.received_at,
    p.method
   FROM (access.assisted_reach() r(delegation_id, tenant_id)
     JOIN public.payment p ON ((p.tenant_id = r.tenant_id)));
grant select on access.assisted_payment to liaison_platform;

-- owner: liaison_authz
create view access.assisted_ticket with (security_barrier=true) as
 SELECT r.delegation_id,
    t.id,
    t.number,
    t.subject,
    t.description,
    t.status,
    t.priority,
    t.category,
    t.assigned_to_name,
    t.created_at,
    t.updated_at
   FROM (access.assisted_reach() r(delegation_id, tenant_id)
     JOIN public.ticket t ON ((t.tenant_id = r.tenant_id)));
grant select on access.assisted_ticket to liaison_platform;

-- owner: liaison_authz
create view access.assisted_ticket_comment with (security_barrier=true) as
 SELECT r.delegation_id,
    c.id,
    c.ticket_id,
    c.author_name,
    c.content,
    c.created_at
   FROM (access.assisted_reach() r(delegation_id, tenant_id)
     JOIN public.ticket_comment c ON (((c.tenant_id = r.tenant_id) AND (NOT c.is_internal))));
grant select on access.assisted_ticket_comment to liaison_platform;

-- Reads under the rights and row policies of whoever asks. state is as time has made it, whether or not a job has noted it.
-- owner: liaison_owner
create view public.assisted_overview with (security_invoker=true) as
 SELECT a.id,
    a.tenant_id,
    a.partner_id,
    a.person_id,
    a.person_name,
    a.case_number,
    a.reason,
    a.duration_minutes,
    a.status,
    a.basis,
    a.requested_at,
    a.answer_by,
    a.first_approved_by,
    a.first_approved_by_name,
    a.first_approved_at,
    a.decided_by,
    a.decided_by_name,
    a.decided_at,
    a.started_at,
    a.ends_at,
    a.ended_at,
    a.ended_by_side,
    a.ended_by_name,
    a.end_reason,
    t.name AS tenant_name,
    p.name AS partner_name,
        CASE
            WHEN ((a.status = 'requested'::text) AND (a.answer_by <= statement_timestamp())) THEN 'lapsed'::text
            WHEN ((a.status = 'active'::text) AND (a.ends_at <= statement_timestamp())) THEN 'ended'::text
            ELSE a.status
        END AS state
   FROM ((public.assisted_access a
     LEFT JOIN public.tenant t ON ((t.id = a.tenant_id)))
     LEFT JOIN public.partner p ON ((p.id = a.partner_id)));
grant select on public.assisted_overview to liaison_job;
grant select on public.assisted_overview to liaison_platform;
grant select on public.assisted_overview to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.assisted_facts(wanted uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('now', statement_timestamp(), 'status', d.status, 'starts_at', d.starts_at, 'ends_at', d.ends_at, 'epoch', d.epoch, 'tenant_id', t.id, 'tenant_name', t.name, 'tenant_status', t.status,
    'case_number', a.case_number,
    'freezes', coalesce((select jsonb_agg(jsonb_build_object('scope', f.scope)) from public.access_freeze f
      where f.lifted_at is null and f.partner_id is null and (f.tenant_id is null or f.tenant_id = d.tenant_id) and (f.delegation_id is null or f.delegation_id = d.id)
        and (f.scope <> 'person' or f.person_id = d.requested_by)), '[]'))
  from public.delegation d
  join public.assisted_access a on a.id = d.id
  join public.tenant t on t.id = d.tenant_id
  where session_user = 'liaison_platform' and access.is_in_own_plane() and d.id = wanted and d.kind = 'assisted' and d.requested_by = access.context_id('actor_id')
  $function$;
grant execute on access.assisted_facts(uuid) to liaison_platform;

-- The tenants whose data the person of the provider's support behind this request may look at, each with the delegation by which it let them in.
-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.assisted_reach()
 RETURNS TABLE(delegation_id uuid, tenant_id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 1
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  context jsonb := access.context();
begin
  if session_user <> 'liaison_platform' or context is null or context ->> 'plane' <> 'platform' or context ->> 'permission' is distinct from 'platform.assistance.use' then
    return;
  end if;
  return query
    select d.id, d.tenant_id
    from public.delegation d
    join public.platform_staff s on s.person_id = d.requested_by and s.status = 'active'
    join public.person p on p.id = d.requested_by and p.status = 'active'
    join public.tenant t on t.id = d.tenant_id and t.status <> 'closed'
    where d.kind = 'assisted'
      and d.requested_by = (context ->> 'actor_id')::uuid
      and d.status = 'active'
      and d.starts_at <= statement_timestamp()
      and d.ends_at > statement_timestamp()
      and not exists (
        select from public.access_freeze f
        where f.lifted_at is null
          and f.partner_id is null
          and (f.tenant_id is null or f.tenant_id = d.tenant_id)
          and (f.delegation_id is null or f.delegation_id = d.id)
          and (f.scope <> 'person' or f.person_id = d.requested_by));
end
$function$;
grant execute on access.assisted_reach() to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_assisted(of_access uuid, audience text, letters jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  a public.assisted_access;
  sent integer;
begin
  select x.* into a from public.assisted_access x where x.id = of_access;
  if a.id is null or not (access.context_plane() = 'system' or (access.is_in_own_plane() and (access.context_plane() = 'platform' or (access.context_plane() = 'tenant' and a.tenant_id in (select access.reach('delegation', 'select')))))) then
    return 0;
  end if;
  if audience = 'security' then
    insert into public.outbox (topic, payload)
    select 'mail', jsonb_build_object('to', c.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
    from public.tenant_security_contact c, access.letter_in(letters, c.language, null) letter
    where c.tenant_id = a.tenant_id and c.email is not null and letter is not null
      and not exists (select from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
        where m.tenant_id = a.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active' and lower(p.email) = lower(c.email));
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(letters, p.language, null) letter
  where p.status = 'active' and letter is not null and case audience
    when 'tenant' then exists (select from public.tenant_member m where m.person_id = p.id and m.tenant_id = a.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active')
    when 'partner' then exists (select from public.partner_member m where m.person_id = p.id and m.partner_id = a.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    when 'provider' then p.id is distinct from access.context_id('actor_id') and exists (select from public.platform_staff s where s.person_id = p.id and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_assisted(uuid,text,jsonb) to liaison_job;
grant execute on access.mail_assisted(uuid,text,jsonb) to liaison_platform;
grant execute on access.mail_assisted(uuid,text,jsonb) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.works_in_tenant(partner uuid, tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select exists (select from access.delegation_in_force d where d.partner_id = partner and d.tenant_id = tenant and d.kind = 'link') $function$;
grant execute on access.works_in_tenant(uuid,uuid) to liaison_owner;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.assisted_status(a public.assisted_access)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
AS $function$ select case when a.status <> 'ended' then a.status when a.ended_by_side = 'clock' then 'expired' else 'revoked' end $function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_assisted()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
  actor uuid := access.context_id('actor_id');
  rule assisted_rule;
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'provider' or access.context_plane() is distinct from 'platform' or new.person_id is distinct from actor or new.status <> 'requested' then
      raise exception 'assisted access is asked for by the person who would have it' using errcode = 'check_violation', constraint = 'assisted_actor';
    end if;
    if not exists (select from tenant t where t.id = new.tenant_id and t.status <> 'closed') then
      raise exception 'there is no such tenant' using errcode = 'check_violation', constraint = 'assisted_tenant';
    end if;
    if new.partner_id is not null and not access.works_in_tenant(new.partner_id, new.tenant_id) then
      raise exception 'the partner does not work in the tenant' using errcode = 'check_violation', constraint = 'assisted_partner';
    end if;
    -- Whoever is changing the rule is waited for: once a refusal has been answered, nothing begins under what was allowed before.
    perform pg_advisory_xact_lock_shared(hashtextextended('assisted_rule ' || new.tenant_id, 0));
    select * into rule from assisted_rule r where r.tenant_id = new.tenant_id;
    if rule.mode = 'refuse' then
      raise exception 'the tenant lets support ask for nothing' using errcode = 'check_violation', constraint = 'assisted_refused';
    end if;
    -- A tenant in which one person is not enough to let somebody in is always asked. Nobody lets in themselves.
    if rule.mode = 'allow' and rule.set_by <> actor and not access.asks_for_two(new.tenant_id, 'support', null) then
      new.status := 'active';
      new.basis := 'standing';
      new.decided_by := rule.set_by;
      new.decided_by_name := rule.set_by_name;
      new.decided_at := statement_timestamp();
      new.started_at := statement_timestamp();
      new.ends_at := new.started_at + make_interval(mins => new.duration_minutes);
    end if;
    return new;
  end if;
  if (new.id, new.tenant_id, new.partner_id, new.person_id, new.person_name, new.case_number, new.reason, new.duration_minutes, new.basis, new.requested_at, new.answer_by, new.started_at, new.ends_at)
    is distinct from (old.id, old.tenant_id, old.partner_id, old.person_id, old.person_name, old.case_number, old.reason, old.duration_minutes, old.basis, old.requested_at, old.answer_by, old.started_at, old.ends_at) then
    raise exception 'what was asked for never changes' using errcode = 'check_violation', constraint = 'assisted_identity';
  end if;
  if new.first_approved_by is distinct from old.first_approved_by and (side <> 'tenant' or (old.first_approved_by is not null and access.is_in_charge('tenant', old.tenant_id, old.first_approved_by)) or old.status <> 'requested' or new.first_approved_by is distinct from actor
      or actor = old.person_id) then
    raise exception 'an approval names who gave it' using errcode = 'check_violation', constraint = 'assisted_two_people';
  end if;
  new.first_approved_at := case when new.first_approved_by is not distinct from old.first_approved_by then old.first_approved_at else statement_timestamp() end;
  if new.status = old.status then
    if (new.decided_by, new.decided_at, new.ended_at) is distinct from (old.decided_by, old.decided_at, old.ended_at) then
      raise exception 'a decision is a move' using errcode = 'check_violation', constraint = 'assisted_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'assisted' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move assisted access from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'assisted_transition';
  end if;
  if new.ended_at is not null and new.ended_by_side is distinct from side then
    raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'assisted_actor';
  end if;
  if side = 'clock' and not (case new.status when 'lapsed' then old.answer_by else old.ends_at end <= statement_timestamp()) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'assisted_transition';
  end if;
  new.decided_at := case when new.decided_by is not distinct from old.decided_by then old.decided_at else statement_timestamp() end;
  if new.ended_at is not null and side <> 'clock' then
    new.ended_at := statement_timestamp();
  end if;
  if new.status = 'active' then
    if old.answer_by <= statement_timestamp() then
      raise exception 'nobody answered in time' using errcode = 'check_violation', constraint = 'assisted_lapsed';
    end if;
    if new.decided_by is distinct from actor or actor is null or actor = old.person_id then
      raise exception 'somebody else approves, in the own name' using errcode = 'check_violation', constraint = 'assisted_two_people';
    end if;
    if access.asks_for_two(new.tenant_id, 'support', old.person_id) and (old.first_approved_by is null or old.first_approved_by = actor
        or not access.hold_in_charge('tenant', new.tenant_id, old.first_approved_by)) then
      raise exception 'the tenant asks for a second approver' using errcode = 'check_violation', constraint = 'assisted_second';
    end if;
    new.started_at := statement_timestamp();
    new.ends_at := new.started_at + make_interval(mins => new.duration_minutes);
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_assisted_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if session_user not in ('liaison_tenant', 'liaison_job', 'liaison_auth', 'liaison_program', 'liaison_platform') then
    return new;
  end if;
  if current_user <> 'liaison_owner' or new.partner_id is not null then
    raise exception 'assisted access is given and ended with its record' using errcode = 'check_violation', constraint = 'delegation_assisted';
  end if;
  if tg_op = 'UPDATE' and (old.status not in ('requested', 'active') or (new.tenant_id, new.kind, new.requested_by, new.mask, new.role_mask) is distinct from (old.tenant_id, old.kind, old.requested_by, old.mask, old.role_mask)) then
    raise exception 'an ended delegation is history' using errcode = 'check_violation', constraint = 'delegation_transition';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_assisted_rule()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('assisted_rule ' || new.tenant_id, 0));
  if private.side_of_login() = 'tenant' then
    if new.set_by is distinct from access.context_id('actor_id') or (tg_op = 'UPDATE' and new.tenant_id <> old.tenant_id) then
      raise exception 'a rule names who set it' using errcode = 'check_violation', constraint = 'assisted_actor';
    end if;
    new.set_at := statement_timestamp();
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.follow_assisted_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  update delegation d set status = private.assisted_status(new), starts_at = coalesce(new.started_at, d.starts_at), ends_at = coalesce(new.ends_at, d.ends_at), status_reason = new.end_reason,
    status_changed_at = statement_timestamp(), status_changed_by = case when side <> 'clock' then access.context_id('actor_id') end, status_changed_by_side = side, version = d.version + 1, epoch = d.epoch + 1,
    approved_by = new.decided_by, approved_by_name = new.decided_by_name, approved_at = new.decided_at, approval_basis = case when new.decided_at is not null then 'tenant_approval' end,
    approval_snapshot = case when new.decided_at is not null then jsonb_build_object('case_number', new.case_number, 'reason', new.reason, 'minutes', new.duration_minutes, 'basis', new.basis) end
  where d.id = new.id;
  insert into delegation_history (delegation_id, tenant_id, version, event, detail)
  select d.id, d.tenant_id, d.version, case when new.status = 'active' then 'approved' else d.status end, jsonb_strip_nulls(jsonb_build_object('reason', new.end_reason)) from delegation d where d.id = new.id;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.give_assisted_delegation()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  seen jsonb := jsonb_build_object('case_number', new.case_number, 'reason', new.reason, 'minutes', new.duration_minutes, 'basis', new.basis);
begin
  insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, requested_by, requested_at, approved_by, approved_by_name, approved_at, approval_basis, approval_snapshot)
  values (new.id, new.tenant_id, null, 'assisted', private.assisted_status(new), 0::bit(256), 0::bit(256), coalesce(new.started_at, new.requested_at), new.ends_at, new.person_id, new.requested_at,
    new.decided_by, new.decided_by_name, new.decided_at, case when new.decided_at is not null then 'tenant_approval' end, case when new.decided_at is not null then seen end);
  insert into delegation_history (delegation_id, tenant_id, version, event, detail) values (new.id, new.tenant_id, 1, case when new.status = 'active' then 'approved' else 'requested' end, seen);
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_refused_ended()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is not distinct from 'tenant' and new.mode = 'refuse'
    and exists (select from assisted_access a where a.tenant_id = new.tenant_id and a.status in ('requested', 'active')) then
    raise exception 'what is refused ends' using errcode = 'check_violation', constraint = 'assisted_refused_open';
  end if;
  return null;
end
$function$;
