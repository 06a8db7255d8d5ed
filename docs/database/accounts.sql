-- That a subscriber of a tenant is an account of a partner: made by the tenant, or asked by the partner and accepted by the tenant. It opens nothing by itself: only a link does, and a link that is restricted to own accounts opens these alone (B18).
create table public.partner_account (
  id uuid not null default uuidv7(),
  tenant_id uuid not null,
  partner_id uuid not null,
  tenant_name text not null,
  partner_name text not null,
  subscriber_id uuid,
  subscriber_name text,
  asked_for text,
  engagement text not null,
  status text not null,
  initiated_by text not null,
  message text,
  requested_by uuid not null,
  requested_by_name text not null,
  requested_at timestamp with time zone not null default now(),
  attached_by uuid,
  attached_by_name text,
  attached_at timestamp with time zone,
  ends_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by_side text,
  ended_by_name text,
  end_reason text,
  constraint partner_account_asked_for_check CHECK (((char_length(asked_for) >= 1) AND (char_length(asked_for) <= 200))),
  constraint partner_account_check CHECK (((status = ANY (ARRAY['active'::text, 'ended'::text])) = (attached_at IS NOT NULL))),
  constraint partner_account_check1 CHECK (((attached_at IS NULL) OR (num_nulls(subscriber_id, subscriber_name, attached_by, attached_by_name) = 0))),
  constraint partner_account_check2 CHECK (((status <> 'requested'::text) OR ((subscriber_id IS NULL) AND (initiated_by = 'partner'::text) AND (asked_for IS NOT NULL)))),
  constraint partner_account_check3 CHECK (((status = ANY (ARRAY['requested'::text, 'active'::text])) = (ended_at IS NULL))),
  constraint partner_account_check4 CHECK ((ends_at > attached_at)),
  constraint partner_account_end_reason_check CHECK ((char_length(end_reason) <= 500)),
  constraint partner_account_ended_by_side_check CHECK ((ended_by_side = ANY (ARRAY['partner'::text, 'tenant'::text]))),
  constraint partner_account_engagement_check CHECK ((engagement = ANY (ARRAY['sales'::text, 'support'::text, 'billing'::text, 'managed'::text]))),
  constraint partner_account_initiated_by_check CHECK ((initiated_by = ANY (ARRAY['partner'::text, 'tenant'::text]))),
  constraint partner_account_message_check CHECK ((char_length(message) <= 1000)),
  constraint partner_account_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint partner_account_pkey PRIMARY KEY (id),
  constraint partner_account_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'active'::text, 'ended'::text, 'declined'::text, 'withdrawn'::text]))),
  constraint partner_account_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenant(id),
  constraint partner_account_tenant_id_subscriber_id_fkey FOREIGN KEY (tenant_id, subscriber_id) REFERENCES public.subscriber(tenant_id, id)
);
CREATE INDEX partner_account_partner_id_status_idx ON public.partner_account USING btree (partner_id, status);
CREATE INDEX partner_account_tenant_id_subscriber_id_idx ON public.partner_account USING btree (tenant_id, subscriber_id);
CREATE UNIQUE INDEX partner_account_once ON public.partner_account USING btree (tenant_id, partner_id, subscriber_id) WHERE (status = 'active'::text);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.partner_account FOR EACH ROW WHEN (((new.requested_by_name IS NOT NULL) OR (new.attached_by_name IS NOT NULL))) EXECUTE FUNCTION private.act_in_own_name('requested_by_name', 'attached_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.partner_account FOR EACH ROW WHEN (((new.attached_by_name IS DISTINCT FROM old.attached_by_name) OR (new.ended_by_name IS DISTINCT FROM old.ended_by_name))) EXECUTE FUNCTION private.act_in_own_name('attached_by_name', 'ended_by_name');
CREATE TRIGGER audited_delete AFTER DELETE ON public.partner_account REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.partner_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.partner_account REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_tenant_event();
CREATE TRIGGER enforce_account BEFORE INSERT OR UPDATE ON public.partner_account FOR EACH ROW EXECUTE FUNCTION private.enforce_account();
CREATE TRIGGER name_account BEFORE INSERT OR UPDATE ON public.partner_account FOR EACH ROW EXECUTE FUNCTION access.name_account();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.partner_account FOR EACH ROW WHEN (((new.requested_by IS NOT NULL) OR (new.attached_by IS NOT NULL))) EXECUTE FUNCTION private.act_as_oneself('requested_by', 'attached_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.partner_account FOR EACH ROW WHEN ((new.attached_by IS DISTINCT FROM old.attached_by)) EXECUTE FUNCTION private.act_as_oneself('attached_by');
alter table public.partner_account enable row level security, force row level security;
create policy clock on public.partner_account for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy deciding on public.partner_account for select to liaison_authz
  using (true);
create policy owners_insert on public.partner_account as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.partner_account as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.partner_account for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy partner_side_read on public.partner_account for select to liaison_delegate
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy provider_side on public.partner_account for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
create policy tenant_side on public.partner_account for all to liaison_tenant
  using ((tenant_id IN ( SELECT access.reach('delegation'::text, 'select'::text) AS reach)))
  with check ((tenant_id IN ( SELECT access.reach('delegation'::text, 'update'::text) AS reach)));
grant select on public.partner_account to liaison_authz;
grant select on public.partner_account to liaison_program;
grant select on public.partner_account to liaison_tenant;
grant insert (tenant_id, partner_id, tenant_name, partner_name, asked_for, engagement, status, initiated_by, message, requested_by, requested_by_name) on public.partner_account to liaison_program;
grant update (status, ended_at, ended_by_side, ended_by_name, end_reason) on public.partner_account to liaison_program;
grant insert (tenant_id, partner_id, tenant_name, partner_name, subscriber_id, subscriber_name, engagement, status, initiated_by, message, requested_by, requested_by_name, attached_by, attached_by_name, attached_at, ends_at) on public.partner_account to liaison_tenant;
grant update (subscriber_id, subscriber_name, status, attached_by, attached_by_name, attached_at, ends_at, ended_at, ended_by_side, ended_by_name, end_reason) on public.partner_account to liaison_tenant;

-- owner: liaison_authz
create view access.account_in_force as
 SELECT id,
    tenant_id,
    partner_id,
    tenant_name,
    partner_name,
    subscriber_id,
    subscriber_name,
    asked_for,
    engagement,
    status,
    initiated_by,
    message,
    requested_by,
    requested_by_name,
    requested_at,
    attached_by,
    attached_by_name,
    attached_at,
    ends_at,
    ended_at,
    ended_by_side,
    ended_by_name,
    end_reason
   FROM public.partner_account a
  WHERE ((status = 'active'::text) AND (attached_at <= statement_timestamp()) AND ((ends_at IS NULL) OR (ends_at > statement_timestamp())));

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.find_partner_for_account(wanted_slug text)
 RETURNS TABLE(id uuid, name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select p.id, p.name from public.partner p where p.slug = wanted_slug and p.status = 'active' and access.context_plane() = 'tenant' and exists (select from access.reach('delegation', 'select')) $function$;
grant execute on access.find_partner_for_account(text) to liaison_tenant;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_record_of_partner(tenant uuid, kind text, record uuid, partner uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select case kind
    when 'ticket' then access.is_ticket_of_partner(tenant, record, partner)
    when 'invoice' then exists (
      select from public.invoice i join access.account_in_force a on a.tenant_id = i.tenant_id and a.subscriber_id = i.subscriber_id and a.partner_id = partner
      where i.tenant_id = tenant and i.id = record)
    when 'subscriber' then exists (select from access.account_in_force a where a.tenant_id = tenant and a.subscriber_id = record and a.partner_id = partner)
    else false end
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.is_ticket_of_partner(tenant uuid, ticket uuid, partner uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (
    select from public.ticket t join access.account_in_force a on a.tenant_id = t.tenant_id and a.subscriber_id = t.subscriber_id and a.partner_id = partner
    where t.tenant_id = tenant and t.id = ticket)
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.lost_account_since(tenant uuid, since timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (
    select from public.partner_account a
    where a.tenant_id = tenant and a.partner_id = access.context_id('partner_id') and a.attached_at is not null
      and least(a.ended_at, a.ends_at) > since and least(a.ended_at, a.ends_at) <= statement_timestamp())
  $function$;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.name_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if session_user not in ('liaison_program', 'liaison_tenant') then
    return new;
  end if;
  if tg_op = 'INSERT' then
    new.partner_name := (select p.name from public.partner p where p.id = new.partner_id);
    new.tenant_name := (select t.name from public.tenant t where t.id = new.tenant_id);
  end if;
  if new.subscriber_id is not null then
    new.subscriber_name := case when tg_op = 'UPDATE' and old.subscriber_id = new.subscriber_id then old.subscriber_name
      else (select s.name from public.subscriber s where s.tenant_id = new.tenant_id and s.id = new.subscriber_id) end;
  end if;
  return new;
end
$function$;
grant execute on access.name_account() to liaison_owner;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_accounts(client uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select jsonb_build_object('tenant_id', t.id, 'tenant_name', t.name,
    'bans', coalesce((select jsonb_agg(b.ban order by b.ban) from public.billing_account b where b.tenant_id = t.id), '[]'))
  from public.api_client k
  left join public.partner p on p.id = k.partner_id
  join public.tenant t on t.id = coalesce(k.tenant_id, p.home_tenant_id)
  where k.id = client
$function$;
grant execute on access.own_accounts(uuid) to liaison_auth;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_accounts(relation_name text, operation_name text)
 RETURNS TABLE(tenant_id uuid, subscriber_id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 20
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  partner uuid := access.context_id('partner_id');
  restricted uuid[] := array(select access.restricted_reach(relation_name, operation_name));
begin
  return query select a.tenant_id, a.subscriber_id from access.account_in_force a where a.partner_id = partner and a.tenant_id = any (restricted);
end
$function$;
grant execute on access.own_accounts(text,text) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_invoices(relation_name text, operation_name text)
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 500
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  return query select i.tenant_id, i.id from access.own_accounts(relation_name, operation_name) o join public.invoice i on i.tenant_id = o.tenant_id and i.subscriber_id = o.subscriber_id;
end
$function$;
grant execute on access.own_invoices(text,text) to liaison_delegate;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.own_tickets(relation_name text, operation_name text)
 RETURNS TABLE(tenant_id uuid, id uuid)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER ROWS 100
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  return query select t.tenant_id, t.id from access.own_accounts(relation_name, operation_name) o join public.ticket t on t.tenant_id = o.tenant_id and t.subscriber_id = o.subscriber_id;
end
$function$;
grant execute on access.own_tickets(text,text) to liaison_delegate;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_account()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if new.initiated_by <> side or new.status <> (case side when 'tenant' then 'active' else 'requested' end) or new.requested_by is distinct from access.context_id('actor_id') then
      raise exception 'an account begins as its side says' using errcode = 'check_violation', constraint = 'account_transition';
    end if;
    -- A partner asks only where it has a link, so that asking tells nothing of who is a customer.
    if side = 'partner' and not exists (
      select from delegation d where d.tenant_id = new.tenant_id and d.partner_id = new.partner_id and d.kind = 'link' and d.status in ('approved', 'active', 'suspended')) then
      raise exception 'accounts are asked for where there is a link' using errcode = 'check_violation', constraint = 'account_without_link';
    end if;
    new.attached_at := case new.status when 'active' then statement_timestamp() end;
    return new;
  end if;
  if old.ended_at is not null or (new.tenant_id, new.partner_id, new.initiated_by, new.requested_by, new.requested_at) is distinct from (old.tenant_id, old.partner_id, old.initiated_by, old.requested_by, old.requested_at)
    or (old.status = 'active' and (new.subscriber_id, new.attached_at, new.attached_by, new.ends_at) is distinct from (old.subscriber_id, old.attached_at, old.attached_by, old.ends_at)) then
    raise exception 'an account keeps what it is' using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  if new.status <> old.status and not exists (
    select from state_transition t where t.entity = 'account' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move an account from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  if new.status = 'ended' and new.ended_by_side <> side then
    raise exception 'an end names the side that made it' using errcode = 'check_violation', constraint = 'account_transition';
  end if;
  new.attached_at := case when old.status <> 'active' and new.status = 'active' then statement_timestamp() else old.attached_at end;
  -- One whose time is over ended then, whoever writes it down.
  new.ended_at := case when new.status in ('requested', 'active') then null
    when old.status = 'active' and old.ends_at <= statement_timestamp() then old.ends_at else statement_timestamp() end;
  return new;
end
$function$;
