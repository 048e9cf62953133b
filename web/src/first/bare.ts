// What stands in for whatever the first drawing has no use for.
const bare = Object.assign(() => bare, { locale: () => "", extend: () => undefined });
export default bare as never;
