set role liaison_authz;

-- A tax document counts until the end of its last day where the program is at home, as waiting times and months do.
create or replace function access.enforce_tax_document() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog
  as $$
declare
  side text := access.payout_side();
begin
  if side is null then
    return new;
  end if;
  if tg_op = 'INSERT' then
    if side <> 'partner' or new.state <> 'submitted' or new.uploaded_by is distinct from access.context_id('actor_id') then
      raise exception 'a document is handed in by an owner in the own name' using errcode = 'check_violation', constraint = 'tax_document_actor';
    end if;
    return new;
  end if;
  if (new.id, new.partner_id, new.kind, new.file_name, new.media_type, new.size_bytes, new.sha256, new.sealed_file, new.uploaded_by, new.created_at)
    is distinct from (old.id, old.partner_id, old.kind, old.file_name, old.media_type, old.size_bytes, old.sha256, old.sealed_file, old.uploaded_by, old.created_at) then
    raise exception 'a document never changes' using errcode = 'check_violation', constraint = 'tax_document_identity';
  end if;
  if new.state = old.state then
    raise exception 'a document is decided once' using errcode = 'check_violation', constraint = 'tax_document_transition';
  end if;
  perform access.check_payout_move('tax_document', old.state, new.state);
  if side = 'provider' and (new.reviewed_by is distinct from access.context_id('actor_id')
    or exists (select from public.partner_member m where m.partner_id = new.partner_id and m.person_id = access.context_id('actor_id') and m.status = 'active')) then
    raise exception 'a document is decided in the own name, by somebody who is no member of the partner' using errcode = 'check_violation', constraint = 'tax_document_actor';
  end if;
  if new.state = 'expired' and (old.valid_until is null or old.valid_until >= access.program_day(statement_timestamp())) then
    raise exception 'the clock moves nothing before its time' using errcode = 'check_violation', constraint = 'tax_document_transition';
  end if;
  new.version := old.version + 1;
  return new;
end
$$;

create or replace function access.payout_obstacles(of_partner uuid, of_currency text, amount_minor bigint)
  returns jsonb
  language plpgsql stable security definer
  set search_path = pg_catalog
  as $$
declare
  a public.payout_account;
  found_obstacles jsonb := '[]';
  tax_blocks boolean := (select p.tax_document from public.payout_policy p order by p.version desc limit 1) = 'block';
  today date := access.program_day(statement_timestamp());
begin
  if not coalesce(access.context_plane() in ('platform', 'system') or of_partner = access.partner_as_owner(), false) then
    return null;
  end if;
  if not exists (select from public.partner p where p.id = of_partner and p.status = 'active') then
    found_obstacles := found_obstacles || '[{"code": "partner_not_active", "blocks": true}]';
  end if;
  select * into a from public.payout_account x where x.partner_id = of_partner and x.ended_at is null;
  if a.id is null then
    found_obstacles := found_obstacles || '[{"code": "no_account", "blocks": true}]';
  else
    if a.verified_at is null then
      found_obstacles := found_obstacles || '[{"code": "account_not_verified", "blocks": true}]';
    end if;
    if a.usable_from > statement_timestamp() then
      found_obstacles := found_obstacles || jsonb_build_object('code', 'account_cooling_off', 'blocks', true, 'until', a.usable_from);
    end if;
    if a.held_at is not null then
      found_obstacles := found_obstacles || '[{"code": "payouts_held", "blocks": true}]';
    end if;
  end if;
  if amount_minor is not null and amount_minor < access.payout_minimum(of_partner, of_currency) then
    found_obstacles := found_obstacles || jsonb_build_object('code', 'below_minimum', 'blocks', true, 'minimum_minor', access.payout_minimum(of_partner, of_currency));
  end if;
  if not exists (select from public.tax_document d where d.partner_id = of_partner and d.state = 'verified' and (d.valid_until is null or d.valid_until >= today)) then
    found_obstacles := found_obstacles || jsonb_build_object('code', 'tax_document_missing', 'blocks', tax_blocks);
  end if;
  if access.agreement_at(of_partner, statement_timestamp()) is null then
    found_obstacles := found_obstacles || '[{"code": "no_active_agreement", "blocks": false}]';
  end if;
  return found_obstacles;
end
$$;

reset role;
