set role liaison_owner;

create or replace function private.enforce_agreement() returns trigger
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
  if (new.effective <> old.effective and not exists (select from agreement_approval a join agreement n on n.id = a.agreement_id where n.partner_id = old.partner_id and n.program_id = old.program_id and n.state = 'signed')
    and not exists (select from agreement n where n.partner_id = old.partner_id and n.program_id = old.program_id and n.state = 'terminated' and new.effective = private.close_range(old.effective, n.terminates_at))) then
    raise exception 'when an agreement holds follows from its moves' using errcode = 'check_violation', constraint = 'agreement_transition';
  end if;
  return new;
end
$$;

-- What is to begin later follows what holds until then, and has taken its place: whoever ends it ends both, from the same instant on.
create function private.end_what_holds() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
begin
  update agreement x set effective = private.close_range(x.effective, new.terminates_at)
  where x.partner_id = new.partner_id and x.program_id = new.program_id and x.id <> new.id and x.effective && tstzrange(new.terminates_at, null);
  return null;
end
$$;
create trigger end_what_holds after update of state on agreement for each row when (new.state = 'terminated' and old.state <> 'terminated') execute function private.end_what_holds();

reset role;
set role liaison_authz;

-- Every agreement of partners that was ever in force, with the time in which it was. One that ended because the next was ended before it began
-- was terminated like that one.
create or replace function access.accrual_agreements(partners uuid[])
  returns table (agreement_id uuid, partner_id uuid, is_terminated boolean, starts_at timestamptz, ends_at timestamptz, terms jsonb)
  language plpgsql stable security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
begin
  if (not access.is_in_own_plane()) then
    return;
  end if;
  return query
    select g.id, g.partner_id, g.state = 'terminated' or exists (
      select from public.agreement n where n.partner_id = g.partner_id and n.program_id = g.program_id and n.state = 'terminated' and isempty(n.effective) and n.terminates_at = upper(g.effective)), lower(g.effective), upper(g.effective), g.terms
    from public.agreement g
    join public.program m on m.id = g.program_id and m.code = 'standard'
    where g.partner_id = any (partners) and not isempty(g.effective);
end
$$;

reset role;
