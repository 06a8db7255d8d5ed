set role liaison_owner;

-- A subscription that goes with the account of its user ends like any other, for the partner that sold it.
create function private.tell_deleted_subscription() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if access.subscription_state(old) = 'unsigned' then
    return old;
  end if;
  insert into outbox (topic, payload)
  values ('subscription.unsigned', jsonb_build_object('subscription_id', old.id, 'partner_id', old.partner_id, 'end_user_id', old.end_user_id, 'reason', 'account_deleted'));
  if access.context() is not null then
    perform audit.record(jsonb_build_object('action', 'subscriptions.run_out', 'partner_id', old.partner_id, 'resource_type', 'subscription', 'resource_id', old.id, 'reason', 'account_deleted',
      'changes', jsonb_build_object('state', jsonb_build_object('before', old.status, 'after', 'unsigned'))));
  end if;
  return old;
end
$$;
create trigger tell_deleted before delete on subscription for each row execute function private.tell_deleted_subscription();

-- Another plan, or another one to come, and that it does not come after all.
create function private.tell_changed_subscription() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp
  as $$
begin
  if tg_op = 'UPDATE' or exists (select from subscription_term t where t.subscription_id = new.subscription_id and t.id <> new.id) then
    insert into outbox (topic, payload)
    values ('subscription.changed', jsonb_build_object('subscription_id', new.subscription_id, 'partner_id', new.partner_id, 'end_user_id', new.end_user_id));
  end if;
  return null;
end
$$;
create trigger tell_changed_insert after insert on subscription_term for each row execute function private.tell_changed_subscription();
create trigger tell_changed_update after update of withdrawn_at on subscription_term for each row
  when (old.withdrawn_at is null and new.withdrawn_at is not null) execute function private.tell_changed_subscription();

reset role;
