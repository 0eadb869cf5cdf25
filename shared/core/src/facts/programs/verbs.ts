// verbs.ts — how the subcommands of clouds and platforms begin: looking, or losing

/** Verbs of clients: what begins with one of these only looks. */
export const LOOKING =
  /^(list|ls|get|describe|show|view|status|info|search|head|lookup|check|validate|test|preview|plan|diff|history|logs?|events?|tail|cat|help|version|whoami|print|read|query|batch-get|batch-describe|filter|scan|select|wait|browse|explain|export-template|estimate|detect|simulate|verify|inspect|ps|top|open|watch|current|du|stat|hash|count|exists|versions|usage)(-|$)/;
/** And what begins with one of these takes away. */
export const LOSING =
  /^(delete|destroy|remove|rm|purge|terminate|drop|erase|wipe|deregister|disable|revoke|reset|rebuild|detach|stop|cancel|deprovision|uninstall|undeploy|down|batch-delete|schedule-key-deletion|force|prune|archive|teardown|abandon|kill|suspend|clear|truncate|flush|release-address|unset|rb|restore|failover|reboot|empty|rollback|forget|taint|nuke|decommission|expire|unsubscribe|untag|deactivate|dissociate|disassociate|create-invalidation|change-resource-record-sets|put-bucket-policy|put-secret|update-secret|rotate-secret|put-key-policy|modify-db|set-iam-policy)(-|$)/;
