set role liaison_authz;

-- Any login may listen on any channel: PostgreSQL has no right for that. So ids are told under a key of their own, which only the login that
-- keeps processes up to date can learn (liaison_guard), and which opens nothing else.
create function access.announcement_key() returns text
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$ select access.sign('announcements') $$;
comment on function access.announcement_key() is 'The key under which ids are told in notifications.';
revoke all on function access.announcement_key() from public;
grant execute on function access.announcement_key() to liaison_guard, liaison_owner;

reset role;
set role liaison_owner;

-- What a notification says of these subjects: each id combined with a digest that no other transaction makes, so that two messages about the
-- same id have nothing in common. Within one transaction they are alike, and PostgreSQL tells them once.
create function private.veil_announcement(subjects jsonb) returns text
  language sql volatile
  set search_path = pg_catalog, pg_temp
  as $$
  select jsonb_build_object('salt', salt, 'veiled', coalesce((
    select jsonb_object_agg(s.key, lpad(to_hex(substring(v.bits from 1 for 64)::bit(64)::bigint), 16, '0') || lpad(to_hex(substring(v.bits from 65 for 64)::bit(64)::bigint), 16, '0'))
    from jsonb_each_text(subjects) s,
      lateral (select ('x' || replace(s.value, '-', ''))::bit(128) # ('x' || left(encode(sha256(convert_to(concat_ws(' ', k.key, salt, s.key), 'UTF8')), 'hex'), 32))::bit(128) as bits) v
    where s.value is not null), '{}'))::text
  from (select pg_current_xact_id()::text as salt) x, (select access.announcement_key() as key) k
$$;
comment on function private.veil_announcement(jsonb) is 'Read again by announcements.ts.';

reset role;
