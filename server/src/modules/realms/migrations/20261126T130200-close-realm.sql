set role liaison_owner;

alter table realm
  add column version integer not null default 1,
  add column key_previous_until timestamptz,
  add column closed_by_side text check (closed_by_side in ('partner', 'provider')),
  add column closed_by_name text,
  add column close_reason text check (char_length(close_reason) between 1 and 500),
  add check ((status = 'closed') = (closed_by_side is not null and closed_by_name is not null and close_reason is not null));
comment on column realm.key_previous_until is 'Until when tokens under the key before count and that key is published: the life of a token and of a kept copy of the keys. Null: not at all.';
comment on column realm.closed_by_side is 'Who closed it opens it again: what the provider closed its partner does not open.';

alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('realm', 'open', 'closed', 'close', 'partner'),
  ('realm', 'open', 'closed', 'close', 'provider'),
  ('realm', 'closed', 'open', 'reopen', 'partner'),
  ('realm', 'closed', 'open', 'reopen', 'provider');
alter table state_transition force row level security;

create policy partner_keeps on realm for update to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()));
create policy platform_keeps on realm for update to liaison_platform using ((select access.context_plane()) = 'platform') with check ((select access.context_plane()) = 'platform');
grant update (status, closed_by_name, close_reason, key_number, key_previous_until) on realm to liaison_program;
grant update (status, closed_by_name, close_reason) on realm to liaison_platform;

-- A realm is closed and opened along the listed arrows, by whoever may; a key is followed by the next one, and the one before it counts no
-- longer than its tokens live. Nothing of its users changes: whether they get in is computed at each request.
create function private.guard_realm() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public
  as $$
declare
  side text := private.side_of_login();
begin
  if (new.partner_id, new.opened_at) is distinct from (old.partner_id, old.opened_at) then
    raise exception 'a realm keeps whose it is' using errcode = 'check_violation', constraint = 'realm_identity';
  end if;
  if side is null then
    return new;
  end if;
  new.version := old.version + 1;
  if new.key_number <> old.key_number then
    if new.key_number <> old.key_number + 1 or (old.key_previous_until > statement_timestamp() and new.key_previous_until is not null) or new.key_previous_until > statement_timestamp() + interval '15 minutes' then
      raise exception 'a key is followed by the next one, once the one before it has run out or at once' using errcode = 'check_violation', constraint = 'realm_key';
    end if;
  elsif new.key_previous_until is distinct from old.key_previous_until then
    raise exception 'how long a key counts is said when it is followed' using errcode = 'check_violation', constraint = 'realm_key';
  end if;
  if new.status = old.status then
    if (new.closed_by_name, new.close_reason) is distinct from (old.closed_by_name, old.close_reason) then
      raise exception 'why a realm is closed stays as it was said' using errcode = 'check_violation', constraint = 'realm_transition';
    end if;
    return new;
  end if;
  if not exists (select from state_transition t where t.entity = 'realm' and t.from_state = old.status and t.to_state = new.status and t.actor_kind = side)
    or (new.status = 'open' and side = 'partner' and old.closed_by_side <> 'partner') then
    raise exception '% may not move this realm from % to %', side, old.status, new.status using errcode = 'check_violation', constraint = 'realm_transition';
  end if;
  if new.status = 'closed' then
    new.closed_at := statement_timestamp();
    new.closed_by_side := side;
  else
    new.closed_at := null;
    new.closed_by_side := null;
    new.closed_by_name := null;
    new.close_reason := null;
  end if;
  return new;
end
$$;
create trigger guard_realm before update on realm for each row execute function private.guard_realm();

reset role;
set role liaison_authz;

-- A realm by its name: its partner, whether it is open, which keys count, and what freezes it.
create or replace function access.find_realm(realm_slug text) returns jsonb
  language sql stable security definer
  set search_path = pg_catalog
  as $$
  select jsonb_build_object('partner', jsonb_build_object('id', p.id, 'name', p.name, 'slug', p.slug, 'status', p.status, 'is_white_label', 'white_label' = any (p.kinds)),
    'realm', jsonb_build_object('status', r.status, 'key_number', r.key_number, 'previous_key_counts', coalesce(r.key_previous_until > statement_timestamp(), false)),
    'freezes', coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'scope', f.scope, 'set_by', f.set_by_side)) from public.access_freeze f
      where f.lifted_at is null and (f.scope = 'platform' or (f.scope = 'partner' and f.partner_id = p.id and f.tenant_id is null))), '[]'))
  from public.partner p
  join public.realm r on r.partner_id = p.id
  where p.slug = realm_slug
  $$;

reset role;
