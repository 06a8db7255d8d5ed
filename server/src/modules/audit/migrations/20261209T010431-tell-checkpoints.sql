set role liaison_authz;

-- What a checkpoint says is public: how many events there are and one hash over all of them, nothing of any tenant. Its message has the same id
-- whoever makes it and however often, from the moment of the seal and the note: so that it is told once.
create function audit.newest_checkpoint() returns table (size bigint, root bytea, note text, sealed_at timestamptz, message_id uuid)
  language sql stable security definer
  set search_path = pg_catalog
  as $$
    select c.size, c.root, c.note, c.sealed_at,
      (lpad(to_hex(floor(extract(epoch from c.sealed_at) * 1000)::bigint), 12, '0') || '7' || substr(h.digits, 1, 3) || '8' || substr(h.digits, 4, 15))::uuid
    from public.audit_checkpoint c, lateral (select encode(sha256(convert_to(c.note, 'UTF8')), 'hex')) h (digits)
    order by c.size desc limit 1 $$;
comment on function audit.newest_checkpoint() is 'The newest signed root of the audit log, for whoever keeps it outside.';
grant execute on function audit.newest_checkpoint() to liaison_job, liaison_program, liaison_tenant;

reset role;
