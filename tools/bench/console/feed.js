// Rows come as data and are shown as text: nothing of them is ever taken for HTML.
export default {
  template: `
    <div class="feed" ref="box" tabindex="0" @scroll.passive="scrolled">
      <div v-for="row in rows" :key="row.id" class="feed-row" :class="row.tone">
        <span v-for="(cell, i) in row.cells" :key="i" :class="'cell-' + i">{{ cell }}</span>
        <span v-if="row.bar !== undefined" class="window"><i :style="{width: row.bar * 100 + '%'}"></i></span>
      </div>
      <div v-if="!rows.length" class="feed-empty">{{ empty }}</div>
    </div>`,
  props: { keep: Number, empty: String, upwards: Boolean },
  data() {
    return { rows: [] };
  },
  created() {
    this.atEnd = true;
  },
  methods: {
    put(rows) {
      this.show(this.upwards ? rows.reverse().concat(this.rows) : this.rows.concat(rows));
    },
    renew(rows) {
      this.atEnd = true;
      this.show(this.upwards ? rows.reverse() : rows);
    },
    show(rows) {
      rows = this.upwards ? rows.slice(0, this.keep) : rows.slice(-this.keep);
      this.rows = rows.map(Object.freeze);
      if (this.atEnd && !this.upwards) {
        this.$nextTick(() => (this.$refs.box.scrollTop = this.$refs.box.scrollHeight));
      }
    },
    scrolled() {
      const box = this.$refs.box;
      this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 24;
    },
  },
};
