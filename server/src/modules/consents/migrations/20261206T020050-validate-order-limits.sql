set role liaison_owner;

alter table consent validate constraint consent_order_limits;

reset role;
