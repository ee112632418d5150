export default {
  extends: 'stylelint-config-standard',
  rules: {
    'keyframe-selector-notation': 'percentage-unless-within-keyword-only-block',
    // What belongs together stands together, not what weighs the same.
    'no-descending-specificity': null,
    // The kit has its own names for its parts.
    'selector-class-pattern': null,
    // Blazor's way into a child component's markup.
    'selector-pseudo-element-no-unknown': [true, { ignorePseudoElements: ['deep'] }],
    'value-keyword-case': ['lower', { ignoreKeywords: ['currentColor'] }],
  },
};
