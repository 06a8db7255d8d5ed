set role liaison_authz;

-- The first instant at which a voucher issued now is no longer good: the end of its last day, where the tenant is.
create function access.voucher_end(of_tenant uuid, of_type uuid, issued timestamptz) returns timestamptz
  language sql stable
  set search_path = pg_catalog
  as $$
  select (date_trunc('day', issued at time zone t.timezone) + make_interval(days => v.valid_days + 1)) at time zone t.timezone
  from public.voucher_type v join public.tenant t on t.id = v.tenant_id
  where v.tenant_id = of_tenant and v.id = of_type
  $$;

-- Since when vouchers count as earlier ones for the same person: the window of the type, or its yearly reset where that is later.
create function access.voucher_window(of_tenant uuid, of_type uuid, at timestamptz) returns timestamptz
  language plpgsql stable
  set search_path = pg_catalog
  as $$
declare
  kind public.voucher_type;
  zone text := (select t.timezone from public.tenant t where t.id = of_tenant);
  today date := (at at time zone zone)::date;
  reset_day date;
begin
  select * into kind from public.voucher_type v where v.tenant_id = of_tenant and v.id = of_type;
  if (kind.yearly_reset is null) then
    return at - make_interval(days => kind.duplicate_window_days);
  end if;
  reset_day := make_date(extract(year from today)::integer, substr(kind.yearly_reset, 1, 2)::integer, substr(kind.yearly_reset, 4, 2)::integer);
  if (reset_day > today) then
    reset_day := (reset_day - interval '1 year')::date;
  end if;
  return greatest(at - make_interval(days => kind.duplicate_window_days), reset_day::timestamp at time zone zone);
end
$$;

-- Whether the same person has a voucher of the type already. Of a voucher of another agency an agency learns nothing but that somebody has
-- to look; that is not told to its people (E9). Whoever asks at the same moment for the same person waits for the answer of the first.
create function access.match_voucher(of_type uuid, identity bytea) returns table (voucher_id uuid, code text, is_own boolean)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  tenant uuid := access.context_id('tenant_id');
  agency uuid := access.context_id('agency_id');
  is_staff boolean := access.context_plane() = 'tenant';
  since timestamptz;
begin
  if (tenant is null or (agency is null and not is_staff)) then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('voucher ' || tenant::text || encode(identity, 'hex'), 0));
  since := access.voucher_window(tenant, of_type, statement_timestamp());
  return query
    select case when is_staff or v.agency_id = agency then v.id end, case when is_staff or v.agency_id = agency then v.code end, is_staff or coalesce(v.agency_id = agency, false)
    from public.voucher_recipient r join public.voucher v on v.tenant_id = r.tenant_id and v.id = r.voucher_id
    where r.tenant_id = tenant and r.identity_key = identity and v.voucher_type_id = of_type and v.requested_at > since
      and (v.status in ('pending_review', 'redeemed') or (v.status = 'issued' and v.expires_at > statement_timestamp()))
    order by coalesce(v.agency_id = agency, false) desc, v.requested_at desc
    limit 1;
end
$$;
grant execute on function access.match_voucher(uuid, bytea) to liaison_tenant, liaison_embed;

-- The time zone in which the days of this transaction's tenant begin and end.
create function access.voucher_zone() returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select t.timezone from public.tenant t where t.id = access.context_id('tenant_id') $$;
grant execute on function access.voucher_zone() to liaison_tenant, liaison_embed;

create function access.voucher_currency() returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select t.currency from public.tenant t where t.id = access.context_id('tenant_id') $$;
grant execute on function access.voucher_currency() to liaison_tenant;

create function access.voucher_side() returns text
  language sql stable
  return case session_user when 'liaison_tenant' then 'tenant' when 'liaison_embed' then 'agency' when 'liaison_job' then 'clock' end;

-- Which of the permissions a move of the tenant's own people needs, whatever the handler asked for.
create function access.may_move_voucher(of_tenant uuid, move text) returns boolean
  language sql stable
  set search_path = pg_catalog
  return of_tenant in (select access.reach(case move when 'redeem' then 'voucher_redemption' when 'approve' then 'voucher_review' when 'decline' then 'voucher_review' else 'voucher_void' end, 'update'));

create function access.check_new_voucher(new_row public.voucher, side text) returns void
  language plpgsql stable
  set search_path = pg_catalog
  as $$
begin
  if (side = 'clock' or new_row.status not in ('pending_review', 'issued')) then
    raise exception 'a voucher begins waiting or issued' using errcode = 'check_violation', constraint = 'voucher_transition';
  end if;
  if ((side = 'tenant') <> (new_row.issuer_mode = 'staff')) then
    raise exception 'a voucher says who issued it' using errcode = 'check_violation', constraint = 'voucher_identity';
  end if;
  if (not exists (select from public.voucher_type t where t.tenant_id = new_row.tenant_id and t.id = new_row.voucher_type_id and t.is_active)) then
    raise exception 'vouchers of this type are not issued' using errcode = 'check_violation', constraint = 'voucher_type_inactive';
  end if;
end
$$;

create function access.check_voucher_move(old_row public.voucher, new_status text, side text) returns void
  language plpgsql stable
  set search_path = pg_catalog
  as $$
declare
  is_over boolean := old_row.status = 'issued' and old_row.expires_at <= statement_timestamp();
  zone text := (select t.timezone from public.tenant t where t.id = old_row.tenant_id);
  move text := (select t.action from public.state_transition t
    where t.entity = 'voucher' and t.from_state = old_row.status and t.to_state = new_status and t.actor_kind = side);
begin
  if (move is null) then
    raise exception '% may not move a voucher from % to %', side, old_row.status, new_status using errcode = 'check_violation', constraint = 'voucher_transition';
  end if;
  if (is_over <> (move = 'expire')) then
    raise exception 'whether a voucher has expired is a fact' using errcode = 'check_violation', constraint = 'voucher_expired';
  end if;
  if (side = 'tenant' and not access.may_move_voucher(old_row.tenant_id, move)) then
    raise exception 'this move needs another permission' using errcode = 'check_violation', constraint = 'voucher_permission';
  end if;
  if (move = 'reverse' and (old_row.redeemed_at at time zone zone)::date <> (statement_timestamp() at time zone zone)::date) then
    raise exception 'a redemption is taken back on its own day' using errcode = 'check_violation', constraint = 'voucher_reversal_late';
  end if;
end
$$;

-- The rules of a voucher that no handler can step around (E9, E10): whose it is never changes, it moves along the listed arrows by the side
-- they name, once and in time; when it happened and who did it come from the database and the access context.
create function access.guard_voucher() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.voucher_side();
begin
  if (tg_op = 'INSERT') then
    if (side is not null) then
      perform access.check_new_voucher(new, side);
    end if;
  elsif ((new.tenant_id, new.id, new.code, new.voucher_type_id, new.agency_id, new.agency_name, new.form_token_id, new.agency_key_id, new.issuer_mode, new.issued_by, new.issued_by_label, new.requested_at)
    is distinct from (old.tenant_id, old.id, old.code, old.voucher_type_id, old.agency_id, old.agency_name, old.form_token_id, old.agency_key_id, old.issuer_mode, old.issued_by, old.issued_by_label, old.requested_at)) then
    raise exception 'a voucher keeps what it is and whose' using errcode = 'restrict_violation', constraint = 'voucher_identity';
  elsif (side is not null) then
    perform access.check_voucher_move(old, new.status, side);
    new.version := old.version + 1;
  end if;
  if (side is null) then
    if (new.status not in ('pending_review', 'declined')) then
      new.issued_at := coalesce(new.issued_at, statement_timestamp());
      new.expires_at := coalesce(new.expires_at, access.voucher_end(new.tenant_id, new.voucher_type_id, new.issued_at));
    end if;
    return new;
  end if;
  new.moved_at := statement_timestamp();
  new.moved_by := access.context_id('actor_id');
  new.moved_by_name := case when side = 'agency' then coalesce(new.issued_by_label, new.agency_name) else access.context() ->> 'actor_name' end;
  if (tg_op = 'INSERT' and side = 'tenant') then
    new.issued_by := new.moved_by;
    new.issued_by_label := new.moved_by_name;
  end if;
  if (new.status = 'issued' and (tg_op = 'INSERT' or old.status = 'pending_review')) then
    new.issued_at := statement_timestamp();
    new.expires_at := access.voucher_end(new.tenant_id, new.voucher_type_id, new.issued_at);
  end if;
  if (new.status = 'redeemed') then
    new.redeemed_at := statement_timestamp();
  elsif (tg_op = 'UPDATE') then
    new.redeemed_at := null;
    new.redeemed_place := null;
    new.receipt_id := null;
    new.gross_minor := null;
    new.currency := null;
  end if;
  new.ended_at := case when new.status = 'expired' then new.expires_at when new.status in ('voided', 'declined') then statement_timestamp() end;
  return new;
end
$$;

create function access.note_voucher() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.voucher_side();
  move text := case when tg_op = 'INSERT' then case new.status when 'pending_review' then 'request_review' else 'issue' end
    else (select t.action from public.state_transition t where t.entity = 'voucher' and t.from_state = old.status and t.to_state = new.status limit 1) end;
begin
  if (side is null or (tg_op = 'UPDATE' and new.status = old.status)) then
    return null;
  end if;
  insert into public.voucher_event (tenant_id, voucher_id, at, action, from_state, to_state, side, actor_name, note, receipt_id, place)
  values (new.tenant_id, new.id, case when tg_op = 'INSERT' then new.requested_at else new.moved_at end, coalesce(move, 'change'), case when tg_op = 'UPDATE' then old.status end, new.status, side,
    new.moved_by_name, new.move_note, case when tg_op = 'UPDATE' then coalesce(new.receipt_id, old.receipt_id) end, new.redeemed_place);
  return null;
end
$$;

-- Recipients are written once; after that the clock alone may forget them, when their time has come (E13).
create function access.guard_recipient() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
begin
  if (new.tenant_id, new.voucher_id, new.identity_key, new.purge_after) is distinct from (old.tenant_id, old.voucher_id, old.identity_key, old.purge_after) and session_user like 'liaison\_%' then
    raise exception 'a recipient is forgotten, not changed' using errcode = 'restrict_violation', constraint = 'voucher_recipient_kept';
  end if;
  if (session_user like 'liaison\_%' and (old.purged_at is not null or new.purged_at is null or old.purge_after > statement_timestamp())) then
    raise exception 'a recipient is forgotten when its time has come' using errcode = 'restrict_violation', constraint = 'voucher_recipient_kept';
  end if;
  return new;
end
$$;
grant execute on function access.guard_voucher(), access.note_voucher(), access.guard_recipient() to liaison_owner;

reset role;
set role liaison_owner;

create trigger guard_voucher before insert or update on voucher for each row execute function access.guard_voucher();
create trigger note_voucher after insert or update on voucher for each row execute function access.note_voucher();
create trigger guard_recipient before update on voucher_recipient for each row execute function access.guard_recipient();

reset role;
