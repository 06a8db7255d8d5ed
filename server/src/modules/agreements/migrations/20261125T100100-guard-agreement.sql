set role liaison_owner;

-- The fingerprint of an agreement: the digests of the text and of the terms, under a name of its own.
create function private.agreement_fingerprint(body text, terms_canonical text) returns bytea
  language sql stable
  return sha256(convert_to(E'agreement/1\n', 'UTF8') || sha256(convert_to(body, 'UTF8')) || sha256(convert_to(terms_canonical, 'UTF8')));

-- Writes the next line of an agreement's history, chained to the one before. The row of the agreement is locked by whoever changes it.
create function private.note_agreement(g agreement, action text, from_state text, details jsonb) returns void
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  last agreement_event;
  line agreement_event;
begin
  select * into last from agreement_event e where e.agreement_id = g.id order by e.number desc limit 1;
  line.id := uuidv7();
  line.agreement_id := g.id;
  line.partner_id := g.partner_id;
  line.number := coalesce(last.number, 0) + 1;
  line.occurred_at := case when private.side_of_login() is null then coalesce(case g.state when 'draft' then g.created_at when 'offered' then g.offered_at when 'signed' then g.signed_at when 'active' then g.approved_at else g.ended_at end, statement_timestamp()) else statement_timestamp() end;
  line.action := action;
  line.from_state := from_state;
  line.to_state := g.state;
  line.actor_kind := coalesce(private.side_of_login(), 'operator');
  line.actor_id := access.context_id('actor_id');
  line.actor_name := coalesce(access.context() ->> 'actor_name', case g.state when 'draft' then nullif(g.created_by_name, '') when 'offered' then g.offered_by_name end);
  line.details := coalesce(details, '{}');
  line.previous_hash := last.hash;
  line.hash := private.agreement_event_hash(line);
  insert into agreement_event select line.*;
end
$$;

create function private.agreement_event_hash(line agreement_event) returns bytea
  language sql stable
  return sha256(convert_to(E'agreement-event/1\n', 'UTF8') || coalesce(line.previous_hash, ''::bytea) || convert_to(jsonb_build_array(
    line.id, line.agreement_id, line.number, to_char(line.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), line.action, line.from_state, line.to_state,
    line.actor_kind, line.actor_id, line.actor_name, line.details)::text, 'UTF8'));

-- What a draft says is frozen from the moment it is offered; whose it is, for ever.
create function private.check_agreement_content(g_old agreement, g_new agreement, side text) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
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
  if (g_new.reason is distinct from g_old.reason and g_new.state = g_old.state) or (g_new.terminates_at is distinct from g_old.terminates_at and g_new.state <> 'terminated') then
    raise exception 'a reason belongs to a move' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
end
$$;

-- Who moves an agreement, and when.
create function private.check_agreement_move(g_old agreement, g_new agreement, side text) returns void
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  actor uuid := access.context_id('actor_id');
  care text := (select p.four_eyes from program p where p.id = g_old.program_id);
begin
  if not exists (select from state_transition t where t.entity = 'agreement' and t.from_state = g_old.state and t.to_state = g_new.state and t.actor_kind = side) then
    raise exception '% may not move an agreement from % to %', side, g_old.state, g_new.state using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (g_old.state = 'offered' and g_new.state not in ('expired', 'withdrawn') and g_old.expires_at <= statement_timestamp()) then
    raise exception 'the offer has run out' using errcode = 'check_violation', constraint = 'agreement_expired';
  end if;
  if (g_new.state = 'expired' and g_old.expires_at > statement_timestamp()) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (g_new.state = 'offered' and care = 'offer_and_approval' and g_old.created_by = actor) then
    raise exception 'somebody else offers what one drafted' using errcode = 'check_violation', constraint = 'agreement_four_eyes';
  end if;
  if (g_new.state = 'offered' and not access.partner_is_active(g_old.partner_id)) then
    raise exception 'only an active partner is offered an agreement' using errcode = 'check_violation', constraint = 'agreement_partner';
  end if;
  if (g_new.state = 'declined' and access.agreement_owner() is distinct from g_old.partner_id) then
    raise exception 'owners answer for a partner' using errcode = 'check_violation', constraint = 'agreement_owner';
  end if;
  if (g_new.state = 'signed' and not exists (select from agreement_signature s where s.agreement_id = g_old.id and s.content_sha256 = g_old.content_sha256)) then
    raise exception 'nothing is signed without a signature' using errcode = 'check_violation', constraint = 'agreement_unsigned';
  end if;
  if (g_new.state = 'active' and not exists (select from agreement_approval a where a.agreement_id = g_old.id and a.content_sha256 = g_old.content_sha256)) then
    raise exception 'nothing is active without an approval' using errcode = 'check_violation', constraint = 'agreement_unapproved';
  end if;
  if (g_new.state = 'superseded' and not exists (
    select from agreement_approval a join agreement n on n.id = a.agreement_id
    where n.partner_id = g_old.partner_id and n.program_id = g_old.program_id and n.version > g_old.version and n.state = 'signed')) then
    raise exception 'only a later version supersedes' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
end
$$;

create function private.begin_agreement(g agreement, side text) returns agreement
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  perform pg_advisory_xact_lock(access.lock_key('agreement', g.partner_id));
  g.version := (select coalesce(max(a.version), 0) + 1 from agreement a where a.partner_id = g.partner_id and a.program_id = g.program_id);
  g.content_sha256 := private.agreement_fingerprint(g.body, g.terms_canonical);
  if side is null then
    return g;
  end if;
  if (side <> 'provider' or g.state <> 'draft' or num_nonnulls(g.offered_at, g.signed_at, g.approved_at, g.ended_at) > 0 or not isempty(g.effective)) then
    raise exception 'an agreement begins as a draft of the provider' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if not access.partner_is_active(g.partner_id) then
    raise exception 'only an active partner gets an agreement' using errcode = 'check_violation', constraint = 'agreement_partner';
  end if;
  g.created_by := access.context_id('actor_id');
  g.created_by_name := access.context() ->> 'actor_name';
  update agreement a set state = 'expired' where a.partner_id = g.partner_id and a.program_id = g.program_id and a.state = 'offered' and a.expires_at <= statement_timestamp();
  return g;
end
$$;

-- The times and names that a move leaves behind; nobody passes them.
create function private.stamp_agreement(g_old agreement, g agreement) returns agreement
  language plpgsql
  set search_path = pg_catalog, public
  as $$
declare
  at timestamptz := statement_timestamp();
begin
  if (g.state = 'offered') then
    g.offered_at := at;
    g.offered_by := access.context_id('actor_id');
    g.offered_by_name := access.context() ->> 'actor_name';
    g.expires_at := coalesce(g.expires_at, at + interval '30 days');
  elsif (g.state = 'signed') then
    g.signed_at := at;
  elsif (g.state = 'active') then
    g.approved_at := at;
    g.effective := tstzrange(greatest(at, g.starts_at), null);
  elsif (g.state = 'superseded') then
    g.ended_at := at;
    g.effective := private.close_range(g_old.effective, (select greatest(at, max(n.starts_at)) from agreement n where n.partner_id = g.partner_id and n.program_id = g.program_id and n.state = 'signed'));
  elsif (g.state = 'terminated') then
    g.ended_at := at;
    g.terminates_at := greatest(at, g.terminates_at);
    g.effective := private.close_range(g_old.effective, g.terminates_at);
  else
    g.ended_at := case when g.state = 'expired' then g_old.expires_at else at end;
  end if;
  return g;
end
$$;

-- A range that ends at an instant at the latest; empty when it begins later.
create function private.close_range(was tstzrange, until timestamptz) returns tstzrange
  language sql immutable
  return was * tstzrange(null, until);

-- The rules of an agreement that no handler can step around (D4): begun by the provider with the next number, frozen once it is offered,
-- moved along the listed arrows by the side they name, in force in ranges that never overlap.
create function private.enforce_agreement() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
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
  if (new.effective <> old.effective and not exists (select from agreement_approval a join agreement n on n.id = a.agreement_id where n.partner_id = old.partner_id and n.program_id = old.program_id and n.state = 'signed')) then
    raise exception 'when an agreement holds follows from its moves' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  return new;
end
$$;
create trigger enforce_agreement before insert or update on agreement for each row execute function private.enforce_agreement();

create function private.remember_agreement() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  kept jsonb := jsonb_build_object('content_sha256', encode(new.content_sha256, 'hex')) || jsonb_strip_nulls(jsonb_build_object('reason', new.reason));
begin
  if tg_op = 'INSERT' then
    perform private.note_agreement(new, 'create', null, kept);
  elsif (new.state <> old.state) then
    perform private.note_agreement(new, coalesce((select t.action from state_transition t where t.entity = 'agreement' and t.from_state = old.state and t.to_state = new.state limit 1), 'set'), old.state, kept);
  elsif (new.notice_reason is distinct from old.notice_reason) then
    perform private.note_agreement(new, 'give_notice', old.state, jsonb_build_object('reason', new.notice_reason));
  elsif (new.content_sha256 is distinct from old.content_sha256) then
    perform private.note_agreement(new, 'edit', old.state, kept);
  end if;
  return null;
end
$$;
create trigger remember_agreement after insert or update on agreement for each row execute function private.remember_agreement();

-- A signature is made by an active owner in the own name, minutes after showing who it is, under the very content that was offered.
create function private.enforce_agreement_signature() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  g agreement;
  who record;
begin
  if (private.side_of_login() is null) then
    return new;
  end if;
  select * into g from agreement x where x.id = new.agreement_id and x.partner_id = new.partner_id for update;
  select * into who from access.acting_evidence();
  if (private.side_of_login() <> 'partner' or access.agreement_owner() is distinct from new.partner_id or new.member_id is distinct from access.context_id('member_id') or who.person_id is null) then
    raise exception 'only an owner signs, in the own name' using errcode = 'check_violation', constraint = 'agreement_owner';
  end if;
  if exists (select from agreement_signature s where s.agreement_id = new.agreement_id) then
    raise exception 'an agreement is signed once' using errcode = 'unique_violation', constraint = 'agreement_signature_once';
  end if;
  if (g.state is distinct from 'offered') then
    raise exception 'only an offer is signed' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (g.expires_at <= statement_timestamp()) then
    raise exception 'the offer has run out' using errcode = 'check_violation', constraint = 'agreement_expired';
  end if;
  if (new.content_sha256 is distinct from g.content_sha256) then
    raise exception 'something else was shown' using errcode = 'check_violation', constraint = 'agreement_hash';
  end if;
  if (who.factor_at is null or who.factor_at <= statement_timestamp() - interval '5 minutes') then
    raise exception 'a signature follows a second factor within five minutes' using errcode = 'check_violation', constraint = 'agreement_step_up';
  end if;
  if (new.displayed_at < g.offered_at) then
    raise exception 'nothing was shown before it was offered' using errcode = 'check_violation', constraint = 'agreement_hash';
  end if;
  new.person_id := who.person_id;
  new.signer_name := who.person_name;
  new.signer_email := who.person_email;
  new.member_role := 'PARTNER_OWNER';
  new.auth_method := who.factor;
  new.auth_at := who.factor_at;
  new.ip := who.ip;
  new.user_agent := left(who.user_agent, 500);
  new.consent_sha256 := sha256(convert_to(new.consent_text, 'UTF8'));
  new.signed_at := statement_timestamp();
  return new;
end
$$;
create trigger enforce_agreement_signature before insert on agreement_signature for each row execute function private.enforce_agreement_signature();

create function private.carry_agreement_signature() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if (private.side_of_login() is null) then
    return null;
  end if;
  update agreement g set state = 'signed' where g.id = new.agreement_id and g.state = 'offered';
  return null;
end
$$;
create trigger carry_agreement_signature after insert on agreement_signature for each row execute function private.carry_agreement_signature();

-- An approval is the provider's, by somebody who neither signed nor belongs to the partner, and who did not draft it where the program asks
-- for four eyes. It makes the agreement active and closes the one before, in one go.
create function private.enforce_agreement_approval() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  g agreement;
  who record;
begin
  if (private.side_of_login() is null) then
    return new;
  end if;
  perform pg_advisory_xact_lock(access.lock_key('agreement', new.partner_id));
  select * into g from agreement x where x.id = new.agreement_id and x.partner_id = new.partner_id for update;
  select * into who from access.acting_evidence();
  if (private.side_of_login() <> 'provider' or access.context_plane() is distinct from 'platform' or who.person_id is null) then
    raise exception 'the provider approves' using errcode = 'check_violation', constraint = 'agreement_approver';
  end if;
  if (g.state is distinct from 'signed' or not exists (select from agreement_signature s where s.agreement_id = g.id)) then
    raise exception 'only what is signed is approved' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  if (new.content_sha256 is distinct from g.content_sha256) then
    raise exception 'something else was shown' using errcode = 'check_violation', constraint = 'agreement_hash';
  end if;
  if (access.is_partner_member(g.partner_id, who.person_id) or exists (select from agreement_signature s where s.agreement_id = g.id and s.person_id = who.person_id)) then
    raise exception 'nobody approves for both sides' using errcode = 'check_violation', constraint = 'agreement_approver';
  end if;
  if (g.created_by = who.person_id and exists (select from program p where p.id = g.program_id and p.four_eyes <> 'off')) then
    raise exception 'somebody else approves what one drafted' using errcode = 'check_violation', constraint = 'agreement_four_eyes';
  end if;
  if not access.partner_is_active(g.partner_id) then
    raise exception 'the partner is not active' using errcode = 'check_violation', constraint = 'agreement_partner';
  end if;
  new.approver_id := who.person_id;
  new.approver_name := who.person_name;
  new.auth_method := coalesce(who.factor, 'none');
  new.auth_at := who.factor_at;
  new.ip := who.ip;
  new.user_agent := left(who.user_agent, 500);
  new.approved_at := statement_timestamp();
  return new;
end
$$;
create trigger enforce_agreement_approval before insert on agreement_approval for each row execute function private.enforce_agreement_approval();

create function private.carry_agreement_approval() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  g agreement;
begin
  select * into g from agreement x where x.id = new.agreement_id;
  if (private.side_of_login() is null or g.state <> 'signed') then
    return null;
  end if;
  update agreement x set state = 'superseded' where x.partner_id = g.partner_id and x.program_id = g.program_id and x.state = 'active';
  -- What was terminated for a later day ends when the next one begins.
  update agreement x set effective = private.close_range(x.effective, greatest(statement_timestamp(), g.starts_at))
  where x.partner_id = g.partner_id and x.program_id = g.program_id and x.id <> g.id and x.effective && tstzrange(greatest(statement_timestamp(), g.starts_at), null);
  update agreement x set state = 'active' where x.id = g.id;
  return null;
end
$$;
create trigger carry_agreement_approval after insert on agreement_approval for each row execute function private.carry_agreement_approval();

-- A sealed file stands beside the state that it documents.
create function private.enforce_agreement_file() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  if (private.side_of_login() is not null and not exists (select from agreement g where g.id = new.agreement_id and g.partner_id = new.partner_id and g.state = case new.kind when 'signed' then 'signed' else 'active' end)) then
    raise exception 'a file is sealed when its agreement moves' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  return new;
end
$$;
create trigger enforce_agreement_file before insert on agreement_file for each row execute function private.enforce_agreement_file();

grant execute on function private.agreement_event_hash(agreement_event) to liaison_authz;

reset role;
set role liaison_authz;

-- Whether the history of an agreement is unbroken: every line has the hash of what it says and of the line before.
create function access.agreement_chain_is_whole(agreement uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(bool_and(e.hash = e.computed and e.previous_hash is not distinct from e.before and e.number = e.place), false)
  from (
    select x.hash, x.previous_hash, x.number, private.agreement_event_hash(x) as computed, lag(x.hash) over (order by x.number) as before, row_number() over (order by x.number) as place
    from public.agreement_event x where x.agreement_id = agreement_chain_is_whole.agreement) e
  $$;
grant execute on function access.agreement_chain_is_whole(uuid) to liaison_platform, liaison_program;

reset role;
