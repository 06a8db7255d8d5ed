set role liaison_authz;

-- A write holds these in share; what stops access takes them alone. So no write commits after the call that revoked it has returned.
create function access.lock_key(kind text, id uuid) returns bigint
  language sql immutable parallel safe
  set search_path = pg_catalog
  as $$ select hashtextextended(kind || coalesce(id::text, ''), 0) $$;

create function access.hold(kind text, id uuid) returns void
  language sql volatile security definer
  set search_path = pg_catalog
  as $$ select pg_advisory_xact_lock_shared(access.lock_key(kind, id)) $$;

-- A write waits for a revocation that is under way and is then refused: these are taken before the facts are read.
create function access.hold_for_write(session_hash bytea, tenant uuid) returns void
  language plpgsql volatile
  set search_path = pg_catalog
  as $$
declare
  person uuid;
  partner uuid;
begin
  select pm.person_id, pm.partner_id into person, partner
  from public.session s
  join public.partner_member pm on pm.person_id = s.person_id
  where s.token_hash = session_hash
  order by (pm.status = 'active') desc, pm.created_at desc
  limit 1;
  if found then
    perform access.hold('platform', null), access.hold('partner', partner), access.hold('tenant', tenant),
      access.hold('pair', md5(partner::text || tenant::text)::uuid), access.hold('person', person);
  end if;
end
$$;

grant execute on function access.lock_key(text, uuid) to public;

reset role;
set role liaison_owner;

-- What stops access waits for the writes that are under way and then holds: no write commits after it returned.
create function private.stop_writes() returns trigger
  language plpgsql
  as $$
begin
  if tg_table_name = 'delegation' then
    perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  elsif tg_table_name in ('link_override', 'link_member') then
    if tg_op = 'DELETE' then
      perform pg_advisory_xact_lock(access.lock_key('pair', md5(old.partner_id::text || old.tenant_id::text)::uuid));
      return old;
    end if;
    perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
  elsif tg_table_name = 'partner' then
    perform pg_advisory_xact_lock(access.lock_key('partner', new.id));
  elsif tg_table_name = 'tenant' then
    perform pg_advisory_xact_lock(access.lock_key('tenant', new.id));
  elsif tg_table_name in ('person', 'partner_member') then
    perform pg_advisory_xact_lock(access.lock_key('person', case tg_table_name when 'person' then (to_jsonb(new) ->> 'id')::uuid else (to_jsonb(new) ->> 'person_id')::uuid end));
  elsif tg_table_name = 'access_freeze' then
    if new.partner_id is not null and new.tenant_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('pair', md5(new.partner_id::text || new.tenant_id::text)::uuid));
    elsif new.person_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('person', new.person_id));
    elsif new.partner_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('partner', new.partner_id));
    elsif new.tenant_id is not null then
      perform pg_advisory_xact_lock(access.lock_key('tenant', new.tenant_id));
    else
      perform pg_advisory_xact_lock(access.lock_key('platform', null));
    end if;
  end if;
  return new;
end
$$;
create trigger stop_writes before update on delegation for each row execute function private.stop_writes();
create trigger stop_writes before insert or update or delete on link_override for each row execute function private.stop_writes();
create trigger stop_writes before update or delete on link_member for each row execute function private.stop_writes();
create trigger stop_writes before update of status on partner for each row execute function private.stop_writes();
create trigger stop_writes before update of status on tenant for each row execute function private.stop_writes();
create trigger stop_writes before update of status on person for each row execute function private.stop_writes();
create trigger stop_writes before update of status, role on partner_member for each row execute function private.stop_writes();
create trigger stop_writes before insert on access_freeze for each row execute function private.stop_writes();

reset role;
