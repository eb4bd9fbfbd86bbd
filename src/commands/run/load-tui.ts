/** The screens. The build puts another file in the place of this one, because they are a bundle of their own there. */
export const loadTui = () => import('../../tui/index.ts');
