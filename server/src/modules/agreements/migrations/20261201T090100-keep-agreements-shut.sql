set role liaison_authz;

create or replace function access.agreement_at(partner uuid, at timestamptz) returns uuid
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if (not access.is_in_own_plane() or (session_user = 'liaison_program' and partner is distinct from access.own_partner())) then
    return null;
  end if;
  return (select g.id from public.agreement g join public.program m on m.id = g.program_id and m.code = 'standard' where g.partner_id = agreement_at.partner and g.effective @> at);
end
$$;

create or replace function access.agreement_terms(agreement uuid) returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  found public.agreement;
begin
  if (not access.is_in_own_plane()) then
    return null;
  end if;
  select * into found from public.agreement g where g.id = agreement_terms.agreement;
  if (session_user = 'liaison_program' and not coalesce(found.partner_id = access.own_partner()
    and (found.partner_id = access.agreement_owner() or found.effective @> statement_timestamp()), false)) then
    return null;
  end if;
  return found.terms;
end
$$;

-- An agreement of somebody else is answered as none is.
create or replace function access.agreement_chain_is_whole(agreement uuid) returns boolean
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select coalesce(bool_and(e.hash = e.computed and e.previous_hash is not distinct from e.before and e.number = e.place), false)
  from (
    select x.hash, x.previous_hash, x.number, private.agreement_event_hash(x) as computed, lag(x.hash) over (order by x.number) as before, row_number() over (order by x.number) as place
    from public.agreement_event x
    where x.agreement_id = agreement_chain_is_whole.agreement and access.is_in_own_plane()
      and (session_user <> 'liaison_program' or exists (select from public.agreement g where g.id = x.agreement_id and g.partner_id = access.own_partner()))) e
  $$;

create or replace function access.agreement_lets_go_live(of_partner uuid) returns boolean
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if (not access.is_in_own_plane() or (session_user = 'liaison_program' and of_partner is distinct from access.own_partner())) then
    return false;
  end if;
  return not coalesce((select s.live_needs_agreement from public.program_setting s order by s.version desc limit 1), false)
    or exists (select from public.agreement g join public.program m on m.id = g.program_id and m.code = 'standard' where g.partner_id = of_partner and g.effective @> statement_timestamp());
end
$$;

-- Without a context the comparisons below are neither true nor false, which must be a no.
create or replace function access.mail_agreement(of_agreement uuid, side text, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  g public.agreement;
  sent integer;
begin
  select * into g from public.agreement x where x.id = of_agreement;
  if (not coalesce((session_user = 'liaison_platform' and access.context_plane() = 'platform') or (session_user = 'liaison_job' and access.context_plane() = 'system')
    or (session_user = 'liaison_program' and g.partner_id = access.own_partner()), false)) then
    return 0;
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_agreement.subject, 'text', mail_agreement.body)
  from public.person h
  where g.id is not null and h.status = 'active' and case mail_agreement.side
    when 'partner' then exists (select from public.partner_member m where m.person_id = h.id and m.partner_id = g.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active')
    when 'provider' then exists (select from public.platform_staff s where s.person_id = h.id and s.role = 'SUPER_ADMIN' and s.status = 'active')
    else false end;
  get diagnostics sent = row_count;
  return sent;
end
$$;

reset role;
