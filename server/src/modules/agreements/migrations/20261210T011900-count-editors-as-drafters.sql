set role liaison_owner;

-- Whoever wrote any of what an agreement says: not only the one who began the draft, also each who changed it.
create function private.is_drafter(g agreement, person uuid) returns boolean
  language sql stable
  set search_path = pg_catalog, public
  return coalesce(g.created_by = person, false) or exists (
    select from agreement_event e where e.agreement_id = g.id and e.action in ('create', 'edit') and e.actor_id = person);

create or replace function private.check_agreement_move(g_old agreement, g_new agreement, side text) returns void
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
  if (g_new.state = 'offered' and care = 'offer_and_approval' and private.is_drafter(g_old, actor)) then
    raise exception 'somebody else offers what one drafted' using errcode = 'check_violation', constraint = 'agreement_four_eyes';
  end if;
  if (g_new.state = 'offered' and g_old.terms -> 'attribution' ->> 'model' is distinct from access.program_attribution(statement_timestamp())) then
    raise exception 'an offer names the touch that the program counts' using errcode = 'check_violation', constraint = 'agreement_attribution';
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

create or replace function private.enforce_agreement_approval() returns trigger
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
  if (private.is_drafter(g, who.person_id) and exists (select from program p where p.id = g.program_id and p.four_eyes <> 'off')) then
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

-- As before; another title, and another day from which it holds, are changes of what it says, too.
create or replace function private.remember_agreement() returns trigger
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
  elsif ((new.content_sha256, new.title, new.starts_at) is distinct from (old.content_sha256, old.title, old.starts_at)) then
    perform private.note_agreement(new, 'edit', old.state, kept);
  end if;
  return null;
end
$$;

reset role;
