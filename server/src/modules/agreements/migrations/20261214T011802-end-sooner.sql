set role liaison_owner;

-- Whether the provider ends sooner what was ended for a later day and still holds, or will: the one change of a day that was set.
create function private.ends_sooner(g_old agreement, g_new agreement, side text) returns boolean
  language sql stable
  set search_path = pg_catalog, public
  as $$
  select side = 'provider' and g_old.state = 'terminated' and g_new.state = 'terminated' and g_new.terminates_at < g_old.terminates_at
    and g_old.terminates_at > statement_timestamp() and upper(g_old.effective) > statement_timestamp()
  $$;

-- As before; the day of an end changes with a move alone, which a reason belongs to.
CREATE OR REPLACE FUNCTION private.check_agreement_content(g_old public.agreement, g_new public.agreement, side text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path = pg_catalog, public
AS $function$
begin
  if ((g_new.id, g_new.partner_id, g_new.program_id, g_new.version, g_new.created_at) is distinct from (g_old.id, g_old.partner_id, g_old.program_id, g_old.version, g_old.created_at)
    or g_new.created_by is distinct from g_old.created_by) then
    raise exception 'an agreement keeps whose it is' using errcode = 'check_violation', constraint = 'agreement_identity';
  end if;
  if ((g_old.state <> 'draft' or side is distinct from 'provider') and (g_new.title, g_new.source, g_new.body, g_new.terms_canonical, g_new.template_id) is distinct from (g_old.title, g_old.source, g_old.body, g_old.terms_canonical, g_old.template_id)) then
    raise exception 'what was offered never changes' using errcode = 'check_violation', constraint = 'agreement_frozen';
  end if;
  if (g_old.state <> 'draft' and (g_new.starts_at, g_new.expires_at) is distinct from (g_old.starts_at, g_old.expires_at)) then
    raise exception 'what was offered never changes' using errcode = 'check_violation', constraint = 'agreement_frozen';
  end if;
  if (private.ends_sooner(g_old, g_new, side)) then
    return;
  end if;
  if (g_new.reason is distinct from g_old.reason and g_new.state = g_old.state)
    or (g_new.terminates_at is distinct from g_old.terminates_at and (g_new.state <> 'terminated' or g_new.state = g_old.state)) then
    raise exception 'a reason belongs to a move' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
end
$function$;

-- As before; what ends sooner holds no longer than that.
CREATE OR REPLACE FUNCTION private.enforce_agreement()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path = pg_catalog, public
AS $function$
declare
  -- The clock's move is made by whoever notes first that an offer ran out.
  side text := case when tg_op = 'UPDATE' and new.state = 'expired' and new.state <> old.state then 'clock' else private.side_of_login() end;
begin
  if tg_op = 'INSERT' then
    return private.begin_agreement(new, side);
  end if;
  new.row_version := old.row_version + 1;
  new.updated_at := statement_timestamp();
  new.content_sha256 := private.agreement_fingerprint(new.body, new.terms_canonical);
  if (private.side_of_login() is null and access.context_plane() is null) then
    return new;
  end if;
  perform private.check_agreement_content(old, new, side);
  if (new.notice_reason is distinct from old.notice_reason) then
    if (side <> 'partner' or old.notice_reason is not null or old.state <> 'active' or new.state <> old.state or access.agreement_owner() is distinct from old.partner_id) then
      raise exception 'an owner gives notice once, of what is active' using errcode = 'check_violation', constraint = 'agreement_notice';
    end if;
    new.notice_at := statement_timestamp();
    new.notice_by_name := access.context() ->> 'actor_name';
  end if;
  if (new.state <> old.state) then
    perform private.check_agreement_move(old, new, side);
    return private.stamp_agreement(old, new);
  end if;
  if (private.ends_sooner(old, new, side)) then
    new.terminates_at := greatest(statement_timestamp(), new.terminates_at);
    new.effective := private.close_range(old.effective, new.terminates_at);
    return new;
  end if;
  if (new.effective <> old.effective and not exists (select from agreement_approval a join agreement n on n.id = a.agreement_id where n.partner_id = old.partner_id and n.program_id = old.program_id and n.state = 'signed')
    and not exists (select from agreement n where n.partner_id = old.partner_id and n.program_id = old.program_id and n.state = 'terminated' and new.effective = private.close_range(old.effective, n.terminates_at))) then
    raise exception 'when an agreement holds follows from its moves' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  return new;
end
$function$;

-- As before; only versions before it end with it: the next one may have taken its place already.
CREATE OR REPLACE FUNCTION private.end_what_holds()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path = pg_catalog, public
AS $function$
begin
  update agreement x set effective = private.close_range(x.effective, new.terminates_at)
  where x.partner_id = new.partner_id and x.program_id = new.program_id and x.version < new.version and x.effective && tstzrange(new.terminates_at, null);
  return null;
end
$function$;

create trigger end_what_holds_sooner after update of terminates_at on agreement for each row
  when (new.state = 'terminated' and old.state = 'terminated' and new.terminates_at < old.terminates_at) execute function private.end_what_holds();

-- As before; an end that was brought forward is a line of the history.
CREATE OR REPLACE FUNCTION private.remember_agreement()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path = pg_catalog, public
AS $function$
declare
  kept jsonb := jsonb_build_object('content_sha256', encode(new.content_sha256, 'hex')) || jsonb_strip_nulls(jsonb_build_object('reason', new.reason));
begin
  if tg_op = 'INSERT' then
    perform private.note_agreement(new, 'create', null, kept);
  elsif (new.state <> old.state) then
    perform private.note_agreement(new, coalesce((select t.action from state_transition t where t.entity = 'agreement' and t.from_state = old.state and t.to_state = new.state limit 1), 'set'), old.state, kept);
  elsif (new.state = 'terminated' and new.terminates_at is distinct from old.terminates_at) then
    perform private.note_agreement(new, 'terminate', old.state, kept || jsonb_build_object('terminates_at', new.terminates_at));
  elsif (new.notice_reason is distinct from old.notice_reason) then
    perform private.note_agreement(new, 'give_notice', old.state, jsonb_build_object('reason', new.notice_reason));
  elsif ((new.content_sha256, new.title, new.starts_at) is distinct from (old.content_sha256, old.title, old.starts_at)) then
    perform private.note_agreement(new, 'edit', old.state, kept);
  end if;
  return null;
end
$function$;

reset role;
