set role liaison_authz;

-- Who issues in this transaction: each field of the context costs a reading of the whole of it, and a statement of a form asks for several.
create function access.issuing_side(out plane text, out tenant_id uuid, out agency_id uuid, out form_id uuid, out credential_id uuid)
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  context jsonb := access.context();
begin
  plane := context ->> 'plane';
  tenant_id := (context ->> 'tenant_id')::uuid;
  agency_id := (context ->> 'agency_id')::uuid;
  form_id := (context ->> 'form_id')::uuid;
  credential_id := (context ->> 'delegation_id')::uuid;
end
$$;
grant execute on function access.issuing_side() to liaison_tenant, liaison_embed;

reset role;
set role liaison_owner;

alter policy offered on voucher_type using (tenant_id = (select s.tenant_id from access.issuing_side() s where s.agency_id is not null));
alter policy own_agency on voucher using ((tenant_id, agency_id) = (select s.tenant_id, s.agency_id from access.issuing_side() s));
alter policy own_agency_insert on voucher
  with check ((tenant_id, agency_id, coalesce(form_token_id, agency_key_id)) = (select s.tenant_id, s.agency_id, s.credential_id from access.issuing_side() s));
alter policy never_foreign on voucher
  using ((tenant_id, agency_id) = (select s.tenant_id, s.agency_id from access.issuing_side() s))
  with check ((tenant_id, agency_id) = (select s.tenant_id, s.agency_id from access.issuing_side() s));
alter policy own_agency_insert on voucher_recipient
  with check ((tenant_id, (select v.agency_id from voucher v where v.tenant_id = voucher_recipient.tenant_id and v.id = voucher_recipient.voucher_id))
    = (select s.tenant_id, s.agency_id from access.issuing_side() s));

reset role;
set role liaison_authz;

create or replace function access.match_voucher(of_type uuid, identity bytea) returns table (voucher_id uuid, code text, is_own boolean)
  language plpgsql volatile security definer
  set search_path = pg_catalog
  set enable_seqscan = off
  set plan_cache_mode = force_generic_plan
  as $$
declare
  side record := access.issuing_side();
  tenant uuid := side.tenant_id;
  agency uuid := side.agency_id;
  is_staff boolean := side.plane = 'tenant';
  since timestamptz;
begin
  if (tenant is null or (agency is null and is_staff is not true)) then
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

-- As before; a move of the tenant's own people, too, reads the context once.
create or replace function access.guard_voucher() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.voucher_side();
  context jsonb;
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
  context := access.context();
  new.moved_at := statement_timestamp();
  new.moved_by := (context ->> 'actor_id')::uuid;
  new.moved_by_name := case when side = 'agency' then coalesce(new.issued_by_label, new.agency_name) else context ->> 'actor_name' end;
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

-- The history of a new voucher needs no look at the arrows that moves go along.
create or replace function access.note_voucher() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  set plan_cache_mode = force_generic_plan
  as $$
declare
  side text := access.voucher_side();
begin
  if (side is null) then
    return null;
  elsif (tg_op = 'INSERT') then
    insert into public.voucher_event (tenant_id, voucher_id, at, action, to_state, side, actor_name, note, place)
    values (new.tenant_id, new.id, new.requested_at, case new.status when 'pending_review' then 'request_review' else 'issue' end, new.status, side,
      new.moved_by_name, new.move_note, new.redeemed_place);
  elsif (new.status <> old.status) then
    insert into public.voucher_event (tenant_id, voucher_id, at, action, from_state, to_state, side, actor_name, note, receipt_id, place)
    values (new.tenant_id, new.id, new.moved_at,
      coalesce((select t.action from public.state_transition t where t.entity = 'voucher' and t.from_state = old.status and t.to_state = new.status limit 1), 'change'),
      old.status, new.status, side, new.moved_by_name, new.move_note, coalesce(new.receipt_id, old.receipt_id), new.redeemed_place);
  end if;
  return null;
end
$$;

reset role;
