-- One link of an operation and what became of it. The outcome is written in the transaction of the work, so that nothing is done twice.
create table public.bulk_item (
  operation_id uuid not null,
  partner_id uuid not null,
  place integer not null,
  link_id uuid,
  parameters jsonb not null default '{}'::jsonb,
  outcome text not null default 'waiting'::text,
  code text,
  detail text,
  done_at timestamp with time zone,
  constraint bulk_item_check CHECK (((outcome = 'waiting'::text) = (done_at IS NULL))),
  constraint bulk_item_names_one CHECK (((link_id IS NULL) = (parameters ? 'tenant_slug'::text))),
  constraint bulk_item_outcome_known CHECK ((outcome = ANY (ARRAY['waiting'::text, 'done'::text, 'unchanged'::text, 'refused'::text, 'cancelled'::text]))) NOT VALID,
  constraint bulk_item_partner_id_operation_id_fkey FOREIGN KEY (partner_id, operation_id) REFERENCES public.bulk_operation(partner_id, id) ON DELETE CASCADE,
  constraint bulk_item_pkey PRIMARY KEY (operation_id, place),
  constraint bulk_item_place_check CHECK ((place >= 0))
);
CREATE TRIGGER enforce_item BEFORE UPDATE OF outcome ON public.bulk_item FOR EACH ROW WHEN ((new.outcome <> old.outcome)) EXECUTE FUNCTION private.enforce_item();
alter table public.bulk_item enable row level security, force row level security;
create policy cancelling on public.bulk_item for update to liaison_owner
  using ((outcome = 'waiting'::text))
  with check ((outcome = 'cancelled'::text));
create policy cancelling_read on public.bulk_item for select to liaison_owner
  using (true);
create policy deciding on public.bulk_item for select to liaison_authz
  using (true);
create policy ordering on public.bulk_item for insert to liaison_program
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (outcome = 'waiting'::text)));
create policy owners_insert on public.bulk_item as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.bulk_item as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.bulk_item as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.bulk_item for select to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)));
create policy working on public.bulk_item for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
create policy working_as_person on public.bulk_item for update to liaison_program
  using (((operation_id = ( SELECT access.context_id('operation_id'::text) AS context_id)) AND (outcome = 'waiting'::text)))
  with check ((operation_id = ( SELECT access.context_id('operation_id'::text) AS context_id)));
grant select on public.bulk_item to liaison_authz;
grant select on public.bulk_item to liaison_job;
grant select on public.bulk_item to liaison_program;
grant update (outcome, code, detail, done_at) on public.bulk_item to liaison_job;
grant insert (operation_id, partner_id, place, link_id, parameters) on public.bulk_item to liaison_program;
grant update (outcome, code, detail, done_at) on public.bulk_item to liaison_program;

-- One step that a person ordered for many links. A job takes it item by item, each in a transaction of its own, decided anew as that person.
create table public.bulk_operation (
  id uuid not null default uuidv7(),
  partner_id uuid not null,
  action text not null,
  parameters jsonb not null default '{}'::jsonb,
  ordered_by uuid not null,
  ordered_by_name text not null,
  session_id uuid not null,
  factor text not null,
  status text not null default 'queued'::text,
  claim_hash bytea,
  claimed_until timestamp with time zone,
  items_count integer not null,
  created_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  cancelled_by uuid,
  cancelled_by_name text,
  served_at timestamp with time zone,
  constraint audited TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint audited_cancel TRIGGER DEFERRABLE INITIALLY DEFERRED,
  constraint bulk_operation_action_check CHECK ((action = ANY (ARRAY['assign'::text, 'unassign'::text, 'renew'::text, 'suspend'::text, 'set_auto_renew'::text, 'set_alerts'::text, 'request'::text]))),
  constraint bulk_operation_cancelled CHECK ((num_nonnulls(cancelled_by, cancelled_by_name) =
CASE status
    WHEN 'cancelled'::text THEN 2
    ELSE 0
END)) NOT VALID,
  constraint bulk_operation_check CHECK ((((status = 'processing'::text) = (claim_hash IS NOT NULL)) AND ((status = 'processing'::text) = (claimed_until IS NOT NULL)))),
  constraint bulk_operation_factor_check CHECK ((factor = ANY (ARRAY['none'::text, 'otp'::text, 'phishing_resistant'::text]))),
  constraint bulk_operation_finished CHECK (((status = ANY (ARRAY['completed'::text, 'cancelled'::text])) = (finished_at IS NOT NULL))) NOT VALID,
  constraint bulk_operation_items_count_check CHECK (((items_count >= 1) AND (items_count <= 200))),
  constraint bulk_operation_ordered_by_fkey FOREIGN KEY (ordered_by) REFERENCES public.person(id),
  constraint bulk_operation_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint bulk_operation_partner_id_id_key UNIQUE (partner_id, id),
  constraint bulk_operation_pkey PRIMARY KEY (id),
  constraint bulk_operation_status_known CHECK ((status = ANY (ARRAY['queued'::text, 'processing'::text, 'completed'::text, 'cancelled'::text]))) NOT VALID
);
CREATE INDEX bulk_operation_open ON public.bulk_operation USING btree (partner_id, created_at) WHERE (status = ANY (ARRAY['queued'::text, 'processing'::text]));
CREATE INDEX bulk_operation_partner_id_id_idx ON public.bulk_operation USING btree (partner_id, id DESC);
CREATE INDEX bulk_operation_served ON public.bulk_operation USING btree (partner_id, served_at DESC) WHERE (served_at IS NOT NULL);
CREATE TRIGGER act_in_own_name_insert BEFORE INSERT ON public.bulk_operation FOR EACH ROW WHEN ((new.ordered_by_name IS NOT NULL)) EXECUTE FUNCTION private.act_in_own_name('ordered_by_name');
CREATE TRIGGER act_in_own_name_update BEFORE UPDATE ON public.bulk_operation FOR EACH ROW WHEN ((new.cancelled_by_name IS DISTINCT FROM old.cancelled_by_name)) EXECUTE FUNCTION private.act_in_own_name('cancelled_by_name');
CREATE CONSTRAINT TRIGGER audited AFTER INSERT OR DELETE ON public.bulk_operation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.require_event();
CREATE CONSTRAINT TRIGGER audited_cancel AFTER UPDATE ON public.bulk_operation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.status = 'cancelled'::text) AND (old.status <> 'cancelled'::text))) EXECUTE FUNCTION audit.require_event();
CREATE TRIGGER bound_operations BEFORE INSERT ON public.bulk_operation FOR EACH ROW EXECUTE FUNCTION private.bound_operations();
CREATE TRIGGER cancel_items AFTER UPDATE OF status ON public.bulk_operation FOR EACH ROW WHEN (((new.status = 'cancelled'::text) AND (old.status <> 'cancelled'::text))) EXECUTE FUNCTION private.cancel_items();
CREATE TRIGGER enforce_operation BEFORE UPDATE ON public.bulk_operation FOR EACH ROW EXECUTE FUNCTION private.enforce_operation();
CREATE TRIGGER zz_act_as_oneself_insert BEFORE INSERT ON public.bulk_operation FOR EACH ROW WHEN ((new.ordered_by IS NOT NULL)) EXECUTE FUNCTION private.act_as_oneself('ordered_by');
CREATE TRIGGER zz_act_as_oneself_update BEFORE UPDATE ON public.bulk_operation FOR EACH ROW WHEN ((new.cancelled_by IS DISTINCT FROM old.cancelled_by)) EXECUTE FUNCTION private.act_as_oneself('cancelled_by');
alter table public.bulk_operation enable row level security, force row level security;
create policy cancelling on public.bulk_operation for update to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (status = 'cancelled'::text)));
create policy deciding on public.bulk_operation for select to liaison_authz
  using (true);
create policy owners_insert on public.bulk_operation as restrictive for insert to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_read on public.bulk_operation as restrictive for select to liaison_program
  using ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy owners_update on public.bulk_operation as restrictive for update to liaison_program
  with check ((( SELECT access.partner_as_owner() AS partner_as_owner) IS NOT NULL));
create policy partner_side on public.bulk_operation for all to liaison_program
  using ((partner_id = ( SELECT access.own_partner() AS own_partner)))
  with check (((partner_id = ( SELECT access.own_partner() AS own_partner)) AND (ordered_by = ( SELECT access.context_id('actor_id'::text) AS context_id)) AND (session_id = ( SELECT access.context_id('session_id'::text) AS context_id))));
create policy working on public.bulk_operation for all to liaison_job
  using ((( SELECT access.context_plane() AS context_plane) = 'system'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'system'::text));
grant select on public.bulk_operation to liaison_authz;
grant delete, select on public.bulk_operation to liaison_job;
grant update (status, claim_hash, claimed_until, finished_at) on public.bulk_operation to liaison_job;
grant insert (partner_id, action, parameters, ordered_by, ordered_by_name, session_id, factor, items_count) on public.bulk_operation to liaison_program;
grant select (id, partner_id, action, parameters, ordered_by, ordered_by_name, status, items_count, created_at, finished_at, cancelled_by_name) on public.bulk_operation to liaison_program;
grant update (status, cancelled_by, cancelled_by_name) on public.bulk_operation to liaison_program;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.enter_operation(request jsonb)
 RETURNS json
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_seqscan TO 'off'
AS $function$
declare
  ordered public.bulk_operation;
  who record;
begin
  if session_user <> 'liaison_program' then
    raise exception 'this login works on no operation' using errcode = 'insufficient_privilege';
  end if;
  select * into ordered from public.bulk_operation o
  where o.id = (request ->> 'operation_id')::uuid and o.status = 'processing'
    and o.claim_hash = sha256(decode(request ->> 'claim', 'hex')) and o.claimed_until > statement_timestamp();
  if not found then
    return json_build_object('now', statement_timestamp(), 'plane', 'program', 'actor', null);
  end if;
  -- A session that is renewed under another token keeps when it began; whoever left it, or has it no more because there were too many, meant what was ordered.
  if not exists (select from public.session o where o.id = ordered.session_id) or exists (
      select from public.session o
      join public.session s on s.person_id = o.person_id and s.created_at = o.created_at
      where o.id = ordered.session_id and s.ended_at is not null and coalesce(s.end_reason, '') not in ('rotated', 'replaced', 'signed_out', 'too_many')) then
    raise exception 'the session in which this was ordered was ended' using errcode = 'check_violation', constraint = 'bulk_operation_session';
  end if;
  select h.id as person_id, h.name as person_name,
    json_build_object('person_id', h.id, 'name', h.name, 'status', h.status, 'factor', ordered.factor, 'factor_at', ordered.created_at, 'session_id', ordered.session_id) as actor,
    coalesce((select json_agg(json_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f where f.lifted_at is null and f.scope = 'person' and f.person_id = h.id and (f.partner_id is null or f.partner_id = ordered.partner_id) and f.tenant_id is null), '[]') as freezes,
    json_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'kinds', p.kinds) as partner,
    json_build_object('id', pm.id, 'role', pm.role, 'status', pm.status) as partner_member,
    pm.id as member_id, pm.role, p.id as partner_id, p.name as partner_name
  into who
  from public.person h
  join public.partner_member pm on pm.person_id = h.id and pm.partner_id = ordered.partner_id
  join public.partner p on p.id = pm.partner_id
  where h.id = ordered.ordered_by;
  perform access.set_context(jsonb_strip_nulls(jsonb_build_object('plane', 'program', 'actor_type', 'person', 'actor_id', who.person_id, 'actor_name', who.person_name, 'session_id', ordered.session_id,
    'member_id', who.member_id, 'partner_id', who.partner_id, 'partner_name', who.partner_name, 'role', who.role,
    'permission', request -> 'permission', 'operation_id', ordered.id,
    'request_id', request -> 'request_id', 'route', request -> 'route', 'source', 'job')));
  return json_build_object('now', statement_timestamp(), 'plane', 'program', 'actor_kind', 'job', 'actor', who.actor, 'freezes', who.freezes,
    'partner', who.partner, 'partner_member', who.partner_member);
end
$function$;
grant execute on access.enter_operation(jsonb) to liaison_program;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.bound_operations()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if session_user <> 'liaison_program' then
    return new;
  end if;
  perform pg_advisory_xact_lock(access.lock_key('operations', access.own_partner()));
  if (select count(*) from public.bulk_operation o where o.partner_id = new.partner_id and o.status in ('queued', 'processing')) >= 20 then
    raise exception 'as many operations as may wait do so already' using errcode = 'check_violation', constraint = 'bulk_operation_waiting';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.cancel_items()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  update bulk_item i set outcome = 'cancelled', done_at = new.finished_at where i.operation_id = new.id and i.outcome = 'waiting';
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_item()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  side text := private.side_of_login();
begin
  if side is not null and (not exists (select from state_transition t where t.entity = 'bulk_item' and t.from_state = old.outcome and t.to_state = new.outcome and t.actor_kind = side)
      or (new.outcome = 'cancelled' and pg_trigger_depth() < 2)) then
    raise exception '% may not make % of what is %', side, new.outcome, old.outcome using errcode = 'check_violation', constraint = 'bulk_item_transition';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_operation()
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
  if new.claim_hash is distinct from old.claim_hash and new.claim_hash is not null then
    new.served_at := statement_timestamp();
  end if;
  if new.status = old.status then
    if side = 'partner' and (new.cancelled_by, new.cancelled_by_name) is distinct from (old.cancelled_by, old.cancelled_by_name) then
      raise exception 'who stopped it is said once' using errcode = 'check_violation', constraint = 'bulk_operation_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'bulk_operation' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side) then
    raise exception '% may not move it from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'bulk_operation_transition';
  end if;
  if new.status = 'cancelled' then
    new.finished_at := statement_timestamp();
    new.claim_hash := null;
    new.claimed_until := null;
  end if;
  return new;
end
$function$;
