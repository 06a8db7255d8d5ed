-- What one person of the provider asks for and another confirms before it happens: the end of a partner, and settings that ask fewer people than before (C1, C8, D4, D6).
create table public.second_person_request (
  id uuid not null default uuidv7(),
  kind text not null,
  partner_id uuid,
  proposed jsonb not null default '{}'::jsonb,
  reason text not null,
  state text not null default 'waiting'::text,
  asked_by uuid not null,
  asked_by_name text not null,
  asked_at timestamp with time zone not null default statement_timestamp(),
  ends_at timestamp with time zone not null default (statement_timestamp() + '7 days'::interval),
  decided_by uuid,
  decided_by_name text,
  decided_at timestamp with time zone,
  decision_reason text,
  constraint second_person_request_check CHECK (((kind = ANY (ARRAY['partner_termination'::text, 'identity_care'::text])) = (partner_id IS NOT NULL))),
  constraint second_person_request_check1 CHECK (((decided_by IS NULL) = (state = ANY (ARRAY['waiting'::text, 'lapsed'::text])))),
  constraint second_person_request_check2 CHECK ((((decided_by IS NULL) = (decided_by_name IS NULL)) AND ((decided_by IS NULL) = (decided_at IS NULL)))),
  constraint second_person_request_check3 CHECK (((state <> ALL (ARRAY['confirmed'::text, 'declined'::text])) OR (decided_by <> asked_by))),
  constraint second_person_request_decision_reason_check CHECK (((char_length(decision_reason) >= 1) AND (char_length(decision_reason) <= 500))),
  constraint second_person_request_kind_check CHECK ((kind = ANY (ARRAY['partner_termination'::text, 'agreement_care'::text, 'earning_policy'::text, 'identity_care'::text]))),
  constraint second_person_request_partner_id_fkey FOREIGN KEY (partner_id) REFERENCES public.partner(id),
  constraint second_person_request_pkey PRIMARY KEY (id),
  constraint second_person_request_proposed_check CHECK (((jsonb_typeof(proposed) = 'object'::text) AND (octet_length((proposed)::text) <= 8192))),
  constraint second_person_request_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500))),
  constraint second_person_request_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'confirmed'::text, 'declined'::text, 'withdrawn'::text, 'lapsed'::text])))
);
CREATE INDEX second_person_request_asked_at_id_idx ON public.second_person_request USING btree (asked_at, id);
CREATE INDEX second_person_request_partner_id_idx ON public.second_person_request USING btree (partner_id) WHERE (partner_id IS NOT NULL);
CREATE UNIQUE INDEX second_person_request_one_waiting ON public.second_person_request USING btree (kind, partner_id) NULLS NOT DISTINCT WHERE (state = 'waiting'::text);
CREATE TRIGGER audited_delete AFTER DELETE ON public.second_person_request REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_insert AFTER INSERT ON public.second_person_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER audited_update AFTER UPDATE ON public.second_person_request REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();
CREATE TRIGGER carry_second_person_request AFTER UPDATE ON public.second_person_request FOR EACH ROW WHEN (((old.state = 'waiting'::text) AND (new.state = 'confirmed'::text))) EXECUTE FUNCTION private.carry_second_person_request();
CREATE TRIGGER enforce_second_person_request BEFORE INSERT OR UPDATE ON public.second_person_request FOR EACH ROW EXECUTE FUNCTION private.enforce_second_person_request();
CREATE TRIGGER no_removal BEFORE DELETE ON public.second_person_request FOR EACH ROW EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.second_person_request FOR EACH STATEMENT EXECUTE FUNCTION private.refuse_change();
CREATE TRIGGER require_first BEFORE UPDATE OF state ON public.second_person_request FOR EACH ROW WHEN (((old.state = 'waiting'::text) AND (new.state = 'confirmed'::text))) EXECUTE FUNCTION private.require_asker();
alter table public.second_person_request enable row level security, force row level security;
create policy deciding on public.second_person_request for select to liaison_authz
  using (true);
create policy provider_side on public.second_person_request for all to liaison_platform
  using ((( SELECT access.context_plane() AS context_plane) = 'platform'::text))
  with check ((( SELECT access.context_plane() AS context_plane) = 'platform'::text));
grant select on public.second_person_request to liaison_authz;
grant select on public.second_person_request to liaison_platform;
grant insert (kind, partner_id, proposed, reason) on public.second_person_request to liaison_platform;
grant update (state, decision_reason) on public.second_person_request to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.lowers_agreement_care(was text, becomes text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$ select array_position(array['off', 'approval', 'offer_and_approval'], becomes) < array_position(array['off', 'approval', 'offer_and_approval'], was) $function$;
grant execute on access.lowers_agreement_care(text,text) to liaison_owner;
grant execute on access.lowers_agreement_care(text,text) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.lowers_earning_policy(was_by_itself boolean, was_above jsonb, by_itself boolean, above jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select (by_itself and not was_by_itself)
    or exists (select from jsonb_each_text(above) n where coalesce(n.value::numeric > (was_above ->> n.key)::numeric, true))
  $function$;
grant execute on access.lowers_earning_policy(boolean,jsonb,boolean,jsonb) to liaison_platform;

-- owner: liaison_authz
CREATE OR REPLACE FUNCTION access.mail_second_people(of_request uuid, subject text, body text)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  mailed integer;
begin
  if not coalesce(session_user = 'liaison_platform' and access.context_plane() = 'platform', false) then
    raise exception 'this login mails no admins' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_second_people.subject, 'text', mail_second_people.body)
  from public.second_person_request r
  join public.platform_staff s on s.role = 'SUPER_ADMIN' and s.status = 'active' and s.person_id <> r.asked_by
  join public.person h on h.id = s.person_id and h.status = 'active'
  where r.id = of_request and r.state = 'waiting' and r.asked_by = access.context_id('actor_id');
  get diagnostics mailed = row_count;
  return mailed;
end
$function$;
grant execute on access.mail_second_people(uuid,text,text) to liaison_platform;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.carry_second_person_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if (session_user <> 'liaison_platform') then
    return null;
  end if;
  case new.kind
    when 'partner_termination' then
      update partner p set status = 'terminated', status_reason = new.reason where p.id = new.partner_id and p.status <> 'terminated';
    when 'agreement_care' then
      update program g set four_eyes = new.proposed ->> 'four_eyes' where g.code = 'standard' and g.four_eyes = new.proposed ->> 'before';
    when 'identity_care' then
      update partner_configuration c set active_version = (new.proposed ->> 'version')::integer, kind = new.proposed ->> 'kind', reason = new.reason,
        activated_by = new.decided_by, activated_by_name = new.asked_by_name || ' and ' || new.decided_by_name
      where c.partner_id = new.partner_id and c.version = (new.proposed ->> 'after')::integer;
    else
      insert into earning_policy (version, approves_by_itself, two_people_above, reason, set_by_name)
      select p.version + 1, (new.proposed ->> 'approves_by_itself')::boolean, new.proposed -> 'two_people_above', new.reason, new.asked_by_name || ' and ' || new.decided_by_name
      from earning_policy p
      where p.version = (new.proposed ->> 'after_version')::integer and not exists (select from earning_policy later where later.version > p.version);
  end case;
  if not found then
    raise exception 'what was asked about changed since' using errcode = 'check_violation', constraint = 'second_person_outdated';
  end if;
  return null;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.enforce_second_person_request()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  actor uuid := access.context_id('actor_id');
  side text := private.side_of_login();
begin
  if (side is null) then
    return new;
  end if;
  if (side <> 'provider' or actor is null) then
    raise exception 'the provider asks and answers' using errcode = 'check_violation', constraint = 'second_person_side';
  end if;
  if tg_op = 'INSERT' then
    if (new.state <> 'waiting') then
      raise exception 'what is asked for begins by waiting' using errcode = 'check_violation', constraint = 'second_person_transition';
    end if;
    new.asked_by := actor;
    new.asked_by_name := access.context() ->> 'actor_name';
    return new;
  end if;
  if ((new.id, new.kind, new.proposed, new.reason, new.asked_by, new.asked_by_name, new.asked_at, new.ends_at) is distinct from (old.id, old.kind, old.proposed, old.reason, old.asked_by, old.asked_by_name, old.asked_at, old.ends_at)
    or new.partner_id is distinct from old.partner_id) then
    raise exception 'what was asked for stays as it was asked' using errcode = 'check_violation', constraint = 'second_person_frozen';
  end if;
  if not exists (select from state_transition t where t.entity = 'second_person_request' and t.from_state = old.state and t.to_state = new.state and t.actor_kind = side) then
    raise exception '% may not move a request from % to %', side, old.state, new.state using errcode = 'check_violation', constraint = 'second_person_transition';
  end if;
  if ((new.state = 'lapsed') <> (old.ends_at <= statement_timestamp())) then
    raise exception 'a request is answered before it ends, and lapses after that' using errcode = 'check_violation', constraint = 'second_person_lapsed';
  end if;
  if (new.state in ('confirmed', 'declined') and old.asked_by = actor) then
    raise exception 'somebody else answers what one asked for' using errcode = 'check_violation', constraint = 'second_person_same';
  end if;
  if (new.state = 'withdrawn' and old.asked_by <> actor) then
    raise exception 'whoever asked takes it back' using errcode = 'check_violation', constraint = 'second_person_asker';
  end if;
  if (new.state <> 'lapsed') then
    new.decided_by := actor;
    new.decided_by_name := access.context() ->> 'actor_name';
    -- The instant of the transaction: what may happen because of the answer happens in the same one.
    new.decided_at := transaction_timestamp();
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.follow_earning_policy()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  newest earning_policy;
begin
  if (session_user <> 'liaison_platform') then
    return new;
  end if;
  select * into newest from earning_policy p order by p.version desc limit 1;
  if (new.version <> newest.version + 1) then
    raise exception 'versions follow one another' using errcode = 'unique_violation', constraint = 'earning_policy_pkey';
  end if;
  if (access.lowers_earning_policy(newest.approves_by_itself, newest.two_people_above, new.approves_by_itself, new.two_people_above)
    and not exists (
      select from second_person_request r
      where r.kind = 'earning_policy' and r.state = 'confirmed' and r.decided_at = transaction_timestamp()
        and r.proposed -> 'two_people_above' = new.two_people_above and (r.proposed ->> 'approves_by_itself')::boolean = new.approves_by_itself)) then
    raise exception 'this takes a second person' using errcode = 'check_violation', constraint = 'second_person_needed';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_asker()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if private.side_of_login() is not distinct from 'provider' and not access.hold_in_charge('provider', null, old.asked_by) then
    raise exception 'whoever asked decides no more' using errcode = 'check_violation', constraint = 'second_person_asker_gone';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_identity_care()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  was boolean;
  becomes boolean;
begin
  if (session_user <> 'liaison_platform') then
    return new;
  end if;
  select (c.document #>> '{policies,kyc_four_eyes}')::boolean into was
  from configuration_in_force c where c.partner_id = new.partner_id or c.partner_id is null
  order by c.partner_id nulls last limit 1;
  select (access.merge_configuration(v.document) #>> '{policies,kyc_four_eyes}')::boolean into becomes
  from partner_config_version v where v.partner_id = new.partner_id and v.version = new.active_version;
  if (was is not false and becomes is not true and not exists (
    select from second_person_request r
    where r.kind = 'identity_care' and r.partner_id = new.partner_id and r.state = 'confirmed' and r.decided_at = transaction_timestamp()
      and (r.proposed ->> 'version')::integer = new.active_version)) then
    raise exception 'this takes a second person' using errcode = 'check_violation', constraint = 'second_person_needed';
  end if;
  return new;
end
$function$;

-- owner: liaison_owner
CREATE OR REPLACE FUNCTION private.require_second_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if (session_user <> 'liaison_platform') then
    return new;
  end if;
  if not exists (
    select from second_person_request r
    where r.kind = tg_argv[0] and r.state = 'confirmed' and r.decided_at = transaction_timestamp()
      and case r.kind
        when 'partner_termination' then r.partner_id::text = to_jsonb(new) ->> 'id'
        else r.proposed ->> 'four_eyes' = to_jsonb(new) ->> 'four_eyes'
      end) then
    raise exception 'this takes a second person' using errcode = 'check_violation', constraint = 'second_person_needed';
  end if;
  return new;
end
$function$;
