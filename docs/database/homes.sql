-- That a tenant and a partner are one organisation: said by the tenant, accepted by the partner, ended by either. The API clients of the partner use the accounts of its own tenant without a consent, and a wholesaler pays with them for what it resells.
create table public.partner_home (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  partner_id uuid not null,
  tenant_name text not null,
  partner_name text not null,
  status text not null default 'offered'::text,
  asked_by uuid,
  asked_by_name text not null,
  asked_at timestamp with time zone not null default now(),
  answer_by timestamp with time zone not null default (now() + '336:00:00'::interval),
  confirmed_by uuid,
  confirmed_by_name text,
  offered_at timestamp with time zone,
  accepted_by uuid,
  accepted_by_name text,
  accepted_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by_side text,
  ended_by_name text,
  end_reason text,
  constraint partner_home_check CHECK (((accepted_at IS NULL) = (status <> ALL (ARRAY['active'::text, 'ended'::text])))),
  constraint partner_home_check1 CHECK (((offered_at IS NOT NULL) OR (status <> ALL (ARRAY['offered'::text, 'active'::text, 'declined'::text, 'ended'::text])))),
  constraint partner_home_check2 CHECK (((ended_at IS NULL) = (status = ANY (ARRAY['waiting'::text, 'offered'::text, 'active'::text])))),
  constraint partner_home_end_reason_check CHECK (((char_length(end_reason) >= 1) AND (char_length(end_reason) <= 500))),
  constraint partner_home_ended_by_side_check CHECK ((ended_by_side = ANY (ARRAY['tenant'::text, 'partner'::text]))),
  constraint partner_home_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_home_pkey PRIMARY KEY (tenant_id, id),
  constraint partner_home_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'offered'::text, 'active'::text, 'declined'::text, 'withdrawn'::text, 'lapsed'::text, 'ended'::text]))),
  constraint partner_home_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id)
);
CREATE INDEX partner_home_partner_id_asked_at_idx ON public.partner_home USING btree (partner_id, asked_at DESC);
CREATE UNIQUE INDEX partner_home_one_open ON public.partner_home USING btree (tenant_id) WHERE (status = ANY (ARRAY['waiting'::text, 'offered'::text, 'active'::text]));
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.partner_home FOR EACH ROW WHEN ((new.asked_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('asked_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.partner_home FOR EACH ROW WHEN (((new.asked_by_name IS DISTINCT FROM old.asked_by_name) OR (new.confirmed_by_name IS DISTINCT FROM old.confirmed_by_name) OR (new.accepted_by_name IS DISTINCT FROM old.accepted_by_name) OR (new.ended_by_name IS DISTINCT FROM old.ended_by_name))) EXECUTE FUNCTION private.act_in_own_name('asked_by_name', 'confirmed_by_name', 'accepted_by_name', 'ended_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_home REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_home REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_home REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_home BEFORE INSERT OR UPDATE ON public.partner_home FOR EACH ROW EXECUTE FUNCTION private.enforce_home();
CREATE TRIGGER follow_home AFTER UPDATE OF status ON public.partner_home FOR EACH ROW WHEN (((new.status = ANY (ARRAY['active'::text, 'ended'::text])) AND (new.status <> old.status))) EXECUTE FUNCTION private.follow_home();
CREATE TRIGGER signalled AFTER UPDATE OF status ON public.partner_home FOR EACH ROW WHEN (((old.status = 'active'::text) AND (new.status = 'ended'::text))) EXECUTE FUNCTION access.signal_change();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.partner_home FOR EACH ROW WHEN ((new.asked_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('asked_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.partner_home FOR EACH ROW WHEN (((new.asked_by IS DISTINCT FROM old.asked_by) OR (new.confirmed_by IS DISTINCT FROM old.confirmed_by) OR (new.accepted_by IS DISTINCT FROM old.accepted_by))) EXECUTE FUNCTION private.act_as_oneself('asked_by', 'confirmed_by', 'accepted_by');
alter table public.partner_home enable row level security, force row level security;
create policy deciding on public.partner_home for select to liaison_authz
  using (true);
create policy owners_update on public.partner_home as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.partner_home for all to liaison_program
  using (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (offered_at IS NOT NULL)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.partner_home for select to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.partner_home for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.partner_home to liaison_authz;
grant select on public.partner_home to liaison_platform;
grant select on public.partner_home to liaison_program;
grant select on public.partner_home to liaison_tenant;
grant update (status, accepted_by, accepted_by_name, ended_at, ended_by_side, ended_by_name, end_reason) on public.partner_home to liaison_program;
grant insert (tenant_id, partner_id, asked_by, asked_by_name) on public.partner_home to liaison_tenant;
grant update (status, asked_by, asked_by_name, confirmed_by, confirmed_by_name, ended_at, ended_by_side, ended_by_name, end_reason) on public.partner_home to liaison_tenant;

-- owner: liaison_owner
create view public.partner_home_overview with (security_invoker=true) as
 SELECT id,
    tenant_id,
    partner_id,
    tenant_name,
    partner_name,
    status,
    asked_by,
    asked_by_name,
    asked_at,
    answer_by,
    confirmed_by,
    confirmed_by_name,
    offered_at,
    accepted_by,
    accepted_by_name,
    accepted_at,
    ended_at,
    ended_by_side,
    ended_by_name,
    end_reason,
        CASE
            WHEN ((status = ANY (ARRAY['waiting'::text, 'offered'::text])) AND (answer_by <= now())) THEN 'lapsed'::text
            ELSE status
        END AS state
   FROM public.partner_home h;
grant select on public.partner_home_overview to liaison_platform;
grant select on public.partner_home_overview to liaison_program;
grant select on public.partner_home_overview to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_home(of_home uuid, audience text, letters jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  h public.partner_home;
  sent integer;
begin
  select x.* into h from public.partner_home x where x.id = of_home
    and ((access.context_plane() = 'tenant' and x.tenant_id in (select access.reach('delegation', 'select'))) or (x.offered_at is not null and x.partner_id = access.partner_as_owner()));
  if h.id is null or not access.is_in_own_plane() then
    return 0;
  end if;
  if audience = 'security' then
    insert into public.outbox (topic, payload)
    select 'mail', jsonb_build_object('to', c.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
    from public.tenant_security_contact c, access.letter_in(letters, c.language, null) letter
    where c.tenant_id = h.tenant_id and c.email is not null and letter is not null
      and not exists (select from public.tenant_member m join public.person p on p.id = m.person_id and p.status = 'active'
        where m.tenant_id = h.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active' and lower(p.email) = lower(c.email));
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', p.email, 'subject', letter ->> 'subject', 'text', letter ->> 'text')
  from public.person p, access.letter_in(letters, p.language, null) letter
  where p.status = 'active' and letter is not null and p.id is distinct from access.context_id('actor_id') and case audience
    when 'tenant' then exists (select from public.tenant_member m where m.person_id = p.id and m.tenant_id = h.tenant_id and m.role = 'TENANT_ADMIN' and m.status = 'active')
    when 'partner' then h.offered_at is not null and exists (select from public.partner_member m where m.person_id = p.id and m.partner_id = h.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$function$;
grant execute on access.mail_home(uuid,text,jsonb) to liaison_program;
grant execute on access.mail_home(uuid,text,jsonb) to liaison_tenant;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.accept_home(h public.partner_home)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  holder partner;
begin
  select * into holder from partner p where p.id = h.partner_id for no key update;
  if holder.home_tenant_id is not null or holder.status <> 'active' then
    raise exception 'a partner is one organisation' using errcode = 'check_violation', constraint = 'partner_home_taken';
  end if;
  if exists (select from partner p where p.home_tenant_id = h.tenant_id) then
    raise exception 'a tenant is one partner' using errcode = 'check_violation', constraint = 'partner_home_taken';
  end if;
  if not exists (select from tenant t where t.id = h.tenant_id and t.status in ('active', 'trial')) then
    raise exception 'the tenant is closed' using errcode = 'check_violation', constraint = 'partner_home_tenant_open';
  end if;
  if private.has_link(h.partner_id, h.tenant_id) then
    raise exception 'a link stands between these two' using errcode = 'check_violation', constraint = 'partner_home_link';
  end if;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.begin_home(h public.partner_home)
 RETURNS public.partner_home
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  select t.name into h.tenant_name from tenant t where t.id = h.tenant_id and t.status in ('active', 'trial') and not t.is_sandbox;
  if not found or access.context_plane() is distinct from 'tenant' then
    raise exception 'an open tenant says which partner it is' using errcode = 'check_violation', constraint = 'partner_home_tenant_open';
  end if;
  select p.name into h.partner_name from partner p where p.id = h.partner_id and p.status = 'active';
  if not found then
    raise exception 'there is no such partner' using errcode = 'check_violation', constraint = 'partner_home_partner';
  end if;
  if private.has_link(h.partner_id, h.tenant_id) then
    raise exception 'a link stands between these two' using errcode = 'check_violation', constraint = 'partner_home_link';
  end if;
  h.asked_at := statement_timestamp();
  h.answer_by := h.asked_at + interval '336 hours';
  if access.asks_for_two(h.tenant_id, 'msp_full', null) then
    h.status := 'waiting';
  else
    h.status := 'offered';
    h.offered_at := h.asked_at;
  end if;
  return h;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_home()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    return private.begin_home(new);
  end if;
  if (new.id, new.tenant_id, new.partner_id, new.tenant_name, new.partner_name, new.asked_at, new.answer_by) is distinct from (old.id, old.tenant_id, old.partner_id, old.tenant_name, old.partner_name, old.asked_at, old.answer_by) then
    raise exception 'which two they are never changes' using errcode = 'check_violation', constraint = 'partner_home_identity';
  end if;
  if new.status = old.status then
    -- A first word is void once whoever gave it decides no more; then the next one is the first.
    if (new.confirmed_by, new.confirmed_by_name, new.accepted_by, new.accepted_by_name, new.ended_at, new.ended_by_side, new.ended_by_name, new.end_reason)
        is distinct from (old.confirmed_by, old.confirmed_by_name, old.accepted_by, old.accepted_by_name, old.ended_at, old.ended_by_side, old.ended_by_name, old.end_reason)
      or (new.asked_by is not distinct from old.asked_by and new.asked_by_name <> old.asked_by_name)
      or (new.asked_by is distinct from old.asked_by and (side <> 'tenant' or old.status <> 'waiting' or access.is_in_charge('tenant', old.tenant_id, old.asked_by))) then
      raise exception 'a decision is a move' using errcode = 'check_violation', constraint = 'partner_home_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'partner_home' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move it from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'partner_home_transition';
  end if;
  if (new.status = 'lapsed') <> (old.status in ('waiting', 'offered') and old.answer_by <= statement_timestamp()) then
    raise exception 'nobody answered in time' using errcode = 'check_violation', constraint = 'partner_home_transition';
  end if;
  if (new.asked_by, new.asked_by_name) is distinct from (old.asked_by, old.asked_by_name)
    or (case when new.status = 'offered' then num_nulls(new.confirmed_by, new.confirmed_by_name) > 0
        else (new.confirmed_by, new.confirmed_by_name) is distinct from (old.confirmed_by, old.confirmed_by_name) end)
    or (case when new.status = 'active' then num_nulls(new.accepted_by, new.accepted_by_name) > 0
        else (new.accepted_by, new.accepted_by_name) is distinct from (old.accepted_by, old.accepted_by_name) end)
    or (new.status in ('offered', 'active') and num_nonnulls(new.ended_at, new.ended_by_side, new.ended_by_name, new.end_reason) > 0) then
    raise exception 'a decision names who made it' using errcode = 'check_violation', constraint = 'partner_home_actor';
  end if;
  if new.status = 'offered' then
    if new.confirmed_by = old.asked_by or not access.hold_in_charge('tenant', old.tenant_id, old.asked_by) then
      raise exception 'the tenant asks for a second person' using errcode = 'check_violation', constraint = 'partner_home_two_people';
    end if;
    new.offered_at := statement_timestamp();
  elsif new.status = 'active' then
    perform private.accept_home(new);
    new.accepted_at := statement_timestamp();
  else
    new.ended_at := statement_timestamp();
    if new.ended_by_side is distinct from (case when new.status <> 'lapsed' then side end) or (new.ended_by_name is null) <> (new.status = 'lapsed') then
      raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'partner_home_actor';
    end if;
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.follow_home()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if new.status = 'active' then
    update partner p set home_tenant_id = new.tenant_id where p.id = new.partner_id;
  else
    update partner p set home_tenant_id = null where p.id = new.partner_id and p.home_tenant_id = new.tenant_id;
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.has_link(with_partner uuid, with_tenant uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select exists (select from public.delegation d where d.kind = 'link' and d.partner_id = with_partner and d.tenant_id = with_tenant
    and d.status in ('requested', 'approved', 'active', 'suspended'))
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.refuse_own_link()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is null then
    return new;
  end if;
  -- Held, so that it is not accepted at this very moment that the two are one.
  perform from partner p where p.id = new.partner_id for share;
  if exists (select from partner p where p.id = new.partner_id and p.home_tenant_id = new.tenant_id) then
    raise exception 'a partner has no link with itself' using errcode = 'check_violation', constraint = 'link_with_itself';
  end if;
  return new;
end
$function$;
