using ChatFiles.Core.Model;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace ChatFiles.Core.Data;

/// <summary>The one database: accounts, chats, messages with attachments, the event log and the side jobs.</summary>
public abstract class ChatDbContext(DbContextOptions options) : IdentityUserContext<Person>(options)
{
    private const string ReadyFiles = "\"State\" = 0";

    internal abstract Dialect Dialect { get; }

    /// <summary>Of the writer's own contexts: they save while it has the gate. All others wait for it at every save.</summary>
    internal bool HoldsGate { private get; init; }

    private HashSet<long>? _lockedChats;

    /// <summary>
    /// Keeps others from changing the chat until the transaction ends. Before it is read to be changed: what is known of it
    /// already may be old.
    /// </summary>
    internal Task LockChatAsync(long chatId) => (_lockedChats ??= []).Add(chatId) ? Dialect.LockChatAsync(this, chatId) : Task.CompletedTask;

    /// <summary>The transaction has it already.</summary>
    internal void NoteLocked(long chatId) => (_lockedChats ??= []).Add(chatId);

    /// <inheritdoc cref="WriteScope.TakeIntents"/>
    internal async Task TakeIntentAsync(string key)
    {
        if (!await Dialect.TakeIntentAsync(this, key))
            throw WriteScope.LostIntents();
    }

    internal bool HasLocked(long chatId) => _lockedChats?.Contains(chatId) == true;

    /// <summary>Where the change was asked for from; see <see cref="Caller"/>.</summary>
    internal string? CallerAddress { get; init; }

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<PersonState> PersonStates => Set<PersonState>();

    public DbSet<OwnPicture> OwnPictures => Set<OwnPicture>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<PasswordLink> PasswordLinks => Set<PasswordLink>();

    public DbSet<AccessToken> AccessTokens => Set<AccessToken>();

    public DbSet<Chat> Chats => Set<Chat>();

    public DbSet<Member> Members => Set<Member>();

    public DbSet<RemovedMember> RemovedMembers => Set<RemovedMember>();

    public DbSet<Message> Messages => Set<Message>();

    public DbSet<Mention> Mentions => Set<Mention>();

    public DbSet<Reaction> Reactions => Set<Reaction>();

    public DbSet<PushSubscription> PushSubscriptions => Set<PushSubscription>();

    public DbSet<MissedMail> MissedMails => Set<MissedMail>();

    public DbSet<FileOpening> FileOpenings => Set<FileOpening>();

    public DbSet<Attachment> Attachments => Set<Attachment>();

    public DbSet<ChatEvent> Events => Set<ChatEvent>();

    public DbSet<ChatLine> Lines => Set<ChatLine>();

    public DbSet<Report> Reports => Set<Report>();

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<Marker> Markers => Set<Marker>();

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Save asynchronously: the gate is not waited for with a blocked thread.");

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (HoldsGate)
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        var what = "A save of " + string.Join(", ", ChangeTracker.Entries().Select(e => e.Metadata.ShortName()).Distinct(StringComparer.Ordinal));
        using (await this.GetService<DatabaseWriter>().EnterAsync(cancellationToken, what))
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTime>().HaveConversion<UnixMilliseconds>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        builder.Entity<Person>(person =>
        {
            person.Property(p => p.DisplayName).HasMaxLength(Chat.MaxNameLength);
            person.HasIndex(p => new { p.FoldedName, p.Id });
            person.HasIndex(p => p.NameKey).IsUnique();
            person.Property(p => p.Active).HasDefaultValue(true);
        });

        builder.Entity<PasswordLink>(link =>
        {
            link.HasKey(l => new { l.UserId, l.Kind });
            link.HasIndex(l => l.TokenHash).IsUnique();
            link.HasOne<Person>().WithMany().HasForeignKey(l => l.UserId);
        });

        builder.Entity<AccessToken>(token =>
        {
            token.Property(t => t.Id).ValueGeneratedNever();
            token.HasIndex(t => t.TokenHash).IsUnique();
            token.HasIndex(t => new { t.UserId, t.CreatedAt });
            token.HasOne<Person>().WithMany().HasForeignKey(t => t.UserId);
        });

        builder.Entity<Session>(session =>
        {
            session.HasIndex(s => new { s.UserId, s.SeenAt });
            session.HasOne<Person>().WithMany().HasForeignKey(s => s.UserId);
        });

        builder.Entity<PersonState>(state =>
        {
            state.HasKey(s => s.UserId);
            // The operators' list of people, newest first.
            state.HasIndex(s => new { s.CreatedAt, s.UserId });
            state.HasOne<Person>().WithOne().HasForeignKey<PersonState>(s => s.UserId);
        });

        builder.Entity<OwnPicture>(picture =>
        {
            picture.HasKey(p => p.UserId);
            picture.HasIndex(p => p.BlobKey).IsUnique();
            picture.HasOne<Person>().WithOne().HasForeignKey<OwnPicture>(p => p.UserId);
        });

        builder.Entity<Chat>(chat =>
        {
            chat.HasIndex(c => c.DirectKey).IsUnique();
            chat.Ignore(c => c.IsDirect);
            chat.HasIndex(c => c.Id).HasFilter("\"Open\"");
            chat.HasData(new Chat { Id = Chat.GeneralId, Name = "General", CreatedAt = DateTime.UnixEpoch });
        });

        builder.Entity<Member>(member =>
        {
            member.HasKey(m => new { m.ChatId, m.UserId });
            member.HasIndex(m => m.UserId);
            member.HasIndex(m => m.ChatId).HasFilter($"\"Role\" = {(int)MemberRole.Owner}");
            member.HasOne(m => m.Chat).WithMany(c => c.Members).HasForeignKey(m => m.ChatId);
            member.HasOne(m => m.User).WithMany().HasForeignKey(m => m.UserId);
        });

        builder.Entity<RemovedMember>(removed =>
        {
            removed.HasKey(r => new { r.ChatId, r.UserId });
            removed.HasOne<Chat>().WithMany().HasForeignKey(r => r.ChatId);
            removed.HasOne<Person>().WithMany().HasForeignKey(r => r.UserId);
        });

        builder.Entity<Message>(message =>
        {
            message.HasIndex(m => new { m.ChatId, m.Id });
            message.HasIndex(m => new { m.ChatId, m.AuthorId, m.ClientId }).IsUnique();
            message.HasOne<Chat>().WithMany().HasForeignKey(m => m.ChatId);
            message.HasOne(m => m.Author).WithMany().HasForeignKey(m => m.AuthorId);
        });

        builder.Entity<Mention>(mention =>
        {
            mention.HasKey(m => new { m.MessageId, m.UserId });
            // Somebody's unread ones in a chat.
            mention.HasIndex(m => new { m.UserId, m.ChatId, m.MessageId });
            mention.HasOne(m => m.Message).WithMany().HasForeignKey(m => m.MessageId);
            mention.HasOne(m => m.User).WithMany().HasForeignKey(m => m.UserId);
        });

        builder.Entity<Reaction>(reaction =>
        {
            reaction.HasIndex(r => new { r.MessageId, r.Emoji, r.UserId }).IsUnique();
            reaction.HasOne<Message>().WithMany().HasForeignKey(r => r.MessageId);
            reaction.HasOne(r => r.User).WithMany().HasForeignKey(r => r.UserId);
        });

        builder.Entity<Attachment>(attachment =>
        {
            attachment.Property(a => a.Id).ValueGeneratedNever();
            attachment.HasIndex(a => new { a.MessageId, a.Position }).IsUnique();
            attachment.HasIndex(a => a.BlobKey).IsUnique();
            // The list of a chat's files, newest first: all of them, with what they are sorted by at hand, of one kind, of one person.
            attachment.HasIndex(a => new { a.ChatId, a.MessageId, a.Position, a.FoldedName, a.Size }).HasFilter(ReadyFiles);
            attachment.HasIndex(a => new { a.ChatId, a.Kind, a.MessageId, a.Position }).HasFilter(ReadyFiles);
            attachment.HasIndex(a => new { a.AuthorId, a.ChatId, a.MessageId, a.Position, a.FoldedName, a.Size }).HasFilter(ReadyFiles);
            attachment.HasIndex(a => a.ThumbnailKey).IsUnique();
            // Counted each time that somebody asks for metrics.
            attachment.HasIndex(a => a.MessageId, "IX_Attachments_Missing").HasFilter("\"State\" = 2");
            // Those that wait for a picture: few, or after an upgrade many, the newest first.
            attachment.HasIndex(a => a.MessageId, "IX_Attachments_PicturesWanted").HasFilter("\"Picture\" <> 0");
            attachment.HasOne(a => a.Message).WithMany(m => m.Attachments).HasForeignKey(a => a.MessageId);
        });

        builder.Entity<FileOpening>(opening =>
        {
            opening.HasKey(o => new { o.FileId, o.UserId });
            opening.HasOne<Attachment>().WithMany().HasForeignKey(o => o.FileId);
            opening.HasOne<Person>().WithMany().HasForeignKey(o => o.UserId);
        });

        builder.Entity<PushSubscription>(subscription =>
        {
            subscription.HasKey(s => s.Endpoint);
            subscription.HasIndex(s => s.UserId);
            subscription.HasOne<Person>().WithMany().HasForeignKey(s => s.UserId);
        });

        builder.Entity<MissedMail>(missed =>
        {
            missed.HasKey(m => m.UserId);
            missed.HasIndex(m => m.DueAt).HasFilter("\"DueAt\" IS NOT NULL");
            missed.HasOne<Person>().WithOne().HasForeignKey<MissedMail>(m => m.UserId);
        });

        builder.Entity<ChatEvent>(chatEvent =>
        {
            chatEvent.HasIndex(e => new { e.ChatId, e.Seq }).IsUnique();
            chatEvent.HasOne(e => e.Message).WithMany().HasForeignKey(e => e.MessageId);
            chatEvent.HasOne<Chat>().WithMany().HasForeignKey(e => e.ChatId);
        });

        builder.Entity<ChatLine>(line =>
        {
            line.HasKey(l => new { l.ChatId, l.Seq });
            line.HasOne<Chat>().WithMany().HasForeignKey(l => l.ChatId);
        });

        builder.Entity<AuditEntry>(entry =>
        {
            entry.HasIndex(e => new { e.Action, e.Id });
            entry.HasIndex(e => new { e.ActorId, e.Id });
            entry.HasIndex(e => new { e.SubjectId, e.Id });
            entry.HasIndex(e => e.At);
        });

        builder.Entity<Report>(report =>
        {
            report.HasIndex(r => r.Id, "IX_Reports_Waiting").HasFilter("\"DoneAt\" IS NULL");
            report.HasIndex(r => new { r.ReporterId, r.MessageId }).HasFilter("\"DoneAt\" IS NULL");
            report.HasIndex(r => r.DoneAt);
        });

        builder.Entity<Job>(job => job.HasIndex(j => j.DueAt));

        builder.Entity<Marker>(marker => marker.HasKey(m => m.Name));
    }
}
