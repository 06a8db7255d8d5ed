-- The salt of a realm's marks of addresses stood in the realm, which its owners' login and the provider's read whole: whoever has it tries addresses against marks that leaked. It belongs where the deciding role alone reads.
set role liaison_owner;

create table address_salt (
  partner_id uuid primary key references realm (partner_id),
  salt bytea not null default sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
);
comment on table address_salt is 'What the marks of addresses of a realm are salted with, made when its first mark is; read by the deciding role alone. Part of the database, so that a restored mark still finds its address (C5, C7).';
alter table address_salt enable row level security, force row level security;
create policy keeping on address_salt to liaison_authz using (true) with check (true);
grant select, insert on address_salt to liaison_authz;

-- Marks that are kept are of the salts that the realms have.
create policy moving on address_salt for insert to liaison_owner with check (true);
insert into address_salt (partner_id, salt) select partner_id, address_salt from realm;
drop policy moving on address_salt;

set role liaison_authz;

-- Null in a realm without a salt: it keeps no mark.
create or replace function access.address_mark(realm uuid, address text) returns text language sql stable
  set search_path = pg_catalog, pg_temp
  as $$ select encode(sha256(s.salt || sha256(s.salt || convert_to(address, 'UTF8'))), 'hex') from public.address_salt s where s.partner_id = realm $$;

-- Makes the salt of a realm before its first mark.
create or replace function access.keep_standing() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  today date := (statement_timestamp() at time zone 'UTC')::date;
  held jsonb := (
    select coalesce(jsonb_agg(jsonb_build_object('kind', h.kind, 'blocks_entitlement', h.blocks_entitlement, 'reason', h.reason, 'placed_by_side', h.placed_by_side, 'placed_at', h.placed_at)), '[]')
    from public.subscription_hold h
    where h.partner_id = old.partner_id and h.end_user_id = old.id and h.subscription_id is null and h.released_at is null and h.kind in ('policy', 'manual', 'partner'));
  spent jsonb := (
    select coalesce(jsonb_agg(to_jsonb(b) - array['partner_id', 'end_user_id']), '[]') from public.usage_bucket b where b.end_user_id = old.id and b.counted > 0 and b.day > today - 7);
begin
  if held <> '[]' or spent <> '[]' then
    insert into public.address_salt (partner_id) values (old.partner_id) on conflict do nothing;
    insert into public.former_standing as f (partner_id, address_mark, holds, used, kept_until)
    values (old.partner_id, access.address_mark(old.partner_id, old.email_norm), held, spent,
      case when held <> '[]' then statement_timestamp() + interval '1 year' else (today + 7)::timestamp at time zone 'UTC' end)
    on conflict (partner_id, address_mark) do update set holds = excluded.holds, used = excluded.used, kept_until = excluded.kept_until;
  end if;
  return old;
end
$$;

reset role;
