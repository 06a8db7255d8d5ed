set role liaison_owner;

create table former_standing (
  partner_id uuid not null references realm (partner_id),
  address_mark text not null,
  holds jsonb not null,
  used jsonb not null,
  kept_until timestamptz not null,
  primary key (partner_id, address_mark)
);
comment on table former_standing is 'What held an account that its end user deleted, and what was used of its limits, under a salted mark of its address: an account that is made anew with it takes that over. Written by the deciding role alone (C5, C7).';
create index on former_standing (kept_until);
alter table former_standing enable row level security, force row level security;
create policy keeping on former_standing to liaison_authz using (true) with check (true);
create policy own_work on former_standing to liaison_job using ((select access.context_plane()) = 'system');
grant select, insert, update, delete on former_standing to liaison_authz;
grant select (kept_until), delete on former_standing to liaison_job;

create policy taking_over on subscription_hold for insert to liaison_authz with check (true);
grant insert (partner_id, end_user_id, kind, blocks_entitlement, reason, placed_by_side, placed_at) on subscription_hold to liaison_authz;

-- Part of the realm, not of the database: a backup brings it along, and a restored hold still finds its address.
alter table realm add column address_salt bytea not null default sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

set role liaison_authz;

-- The mark of an address in one realm: nobody reads an address from it, and in two realms it is two marks.
create function access.address_mark(realm uuid, address text) returns text language sql stable
  set search_path = pg_catalog, pg_temp
  as $$ select encode(sha256(r.address_salt || sha256(r.address_salt || convert_to(address, 'UTF8'))), 'hex') from public.realm r where r.partner_id = realm $$;
revoke execute on function access.address_mark(uuid, text) from public;

-- Deleting an account sheds neither what people of the partner or the provider hold it by as a whole, for a year, nor what was used of its limits, for the seven days for which that counts. A hold that a limit placed follows from what was used, one for a payment ends with its subscription.
create function access.keep_standing() returns trigger language plpgsql security definer
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
    insert into public.former_standing as f (partner_id, address_mark, holds, used, kept_until)
    values (old.partner_id, access.address_mark(old.partner_id, old.email_norm), held, spent,
      case when held <> '[]' then statement_timestamp() + interval '1 year' else (today + 7)::timestamp at time zone 'UTC' end)
    on conflict (partner_id, address_mark) do update set holds = excluded.holds, used = excluded.used, kept_until = excluded.kept_until;
  end if;
  return old;
end
$$;
revoke execute on function access.keep_standing() from public;
grant execute on function access.keep_standing() to liaison_owner;

create function access.take_over_standing() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp as $$
declare
  kept public.former_standing;
begin
  delete from public.former_standing f
  where f.partner_id = new.partner_id and f.address_mark = access.address_mark(new.partner_id, new.email_norm)
  returning * into kept;
  if kept.partner_id is null or kept.kept_until <= statement_timestamp() then
    return null;
  end if;
  insert into public.usage_bucket (partner_id, end_user_id, day, operations, counted, beyond, per_day, per_7d)
  select new.partner_id, new.id, b.day, b.operations, b.counted, b.beyond, b.per_day, b.per_7d
  from jsonb_populate_recordset(null::public.usage_bucket, kept.used) b
  where b.day > (statement_timestamp() at time zone 'UTC')::date - 7;
  insert into public.subscription_hold (partner_id, end_user_id, kind, blocks_entitlement, reason, placed_by_side, placed_at)
  select new.partner_id, new.id, h.kind, h.blocks_entitlement, h.reason, h.placed_by_side, h.placed_at
  from jsonb_populate_recordset(null::public.subscription_hold, kept.holds) h;
  return null;
end
$$;
revoke execute on function access.take_over_standing() from public;
grant execute on function access.take_over_standing() to liaison_owner;

set role liaison_owner;

create trigger keep_standing before delete on end_user for each row execute function access.keep_standing();
create trigger take_over_standing after insert on end_user for each row execute function access.take_over_standing();

reset role;
